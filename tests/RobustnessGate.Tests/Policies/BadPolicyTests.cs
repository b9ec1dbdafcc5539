namespace RobustnessGate.Tests;

public class BadPolicyTests
{
    [Theory]
    // The policy itself
    [InlineData(1, "version: 2", "RG0103@1,10", "Update the tool")]
    [InlineData(1, "version: 0", "RG0110@1,10", "equal to 1")]
    [InlineData(1, "version: one", "RG0109@1,10", "a whole number")]
    [InlineData(1, "", "RG0107@2,1", "lacks 'version'")]
    [InlineData(1, "Version: 1", "RG0105@1,1", "Did you mean 'version'")]
    [InlineData(2, "seed: -1", "RG0110@2,7", "at least 0")]
    [InlineData(2, "seed: 9223372036854775808", "RG0110@2,7", "at most 9223372036854775807")]
    [InlineData(2, "seed: 1.5", "RG0109@2,7", "a whole number")]
    [InlineData(2, "seed: 010", "RG0109@2,7", "octal")]
    [InlineData(2, "seed: 1_000", "RG0109@2,7", "Write 1000")]
    [InlineData(2, "seed: 1:30", "RG0109@2,7", "base 60")]
    [InlineData(2, "seed: 0x10", "RG0109@2,7", "plain decimal")]
    [InlineData(2, "seed: \"5\"", "RG0109@2,7", "Remove the quotes")]
    [InlineData(2, "seed:", "RG0108@2,6", "'seed' is empty")]
    [InlineData(2, "seed: ~", "RG0108@2,7", "'seed' is empty")]
    [InlineData(2, "seed: null", "RG0108@2,7", "'seed' is empty")]
    [InlineData(2, "version: 1", "RG0106@2,1", "line 1")]
    [InlineData(2, "sed: 5", "RG0105@2,1", "Did you mean 'seed'")]
    [InlineData(2, "sample: 5", "RG0105@2,1", "Known: version, seed")]
    [InlineData(3, "device: gpu", "RG0109@3,9", "auto, cpu, cuda")]
    [InlineData(3, "device: CPU", "RG0109@3,9", "auto, cpu, cuda")]
    [InlineData(3, "device: cuda:x", "RG0109@3,9", "cuda:n")]
    // Model
    [InlineData(5, "", "RG0107@6,3", "lacks 'path'")]
    [InlineData(5, "  path: \"\"", "RG0109@5,9", "the path of a file")]
    [InlineData(5, "  path: [a]", "RG0109@5,9", "not a list")]
    [InlineData(5, "  path: \"a\\0b\"", "RG0109@5,9", "\\u0000")]
    [InlineData(5, "  path: a\n  sha256: 12", "RG0109@6,11", "64 hexadecimal digits")]
    [InlineData(6, "", "RG0107@5,3", "lacks 'input'")]
    [InlineData(6, "  input: { shape: 784, bounds: [0, 1] }", "RG0109@6,19", "in brackets")]
    [InlineData(6, "  input: { shape: [], bounds: [0, 1] }", "RG0108@6,19", "'shape' is empty")]
    [InlineData(6, "  input: { shape: [1, 0], bounds: [0, 1] }", "RG0110@6,23", "'shape[1]'")]
    [InlineData(6, "  input: { shape: [100000, 100000], bounds: [0, 1] }", "RG0110@6,19", "features")]
    [InlineData(6, "  input: { shape: [2] }", "RG0107@6,10", "lacks 'bounds'")]
    [InlineData(6, "  input: { shape: [2], bounds: [1, 0] }", "RG0110@6,32", "less than")]
    [InlineData(6, "  input: { shape: [2], bounds: [0, 0] }", "RG0110@6,32", "less than")]
    [InlineData(6, "  input: { shape: [2], bounds: [0] }", "RG0109@6,32", "Two numbers")]
    [InlineData(6, "  input: { shape: [2], bounds: [0, .inf] }", "RG0110@6,36", "finite")]
    [InlineData(6, "  input: { shape: [2], bounds: [-1e308, 1e308] }", "RG0110@6,32", "finite amount")]
    [InlineData(6, "  input: { shape: [2], bounds: none }", "RG0118@6,32", "data.lower")]
    [InlineData(6, "  input: { shape: [3, 2], bounds: [0, 1], mean: [0.5, 0.5] }", "RG0121@6,49", "3 channels")]
    [InlineData(6, "  input: { shape: [3, 2], bounds: [0, 1], std: 0 }", "RG0110@6,48", "greater than 0")]
    [InlineData(6, "  input: { shape: [3, 2], bounds: [0, 1], std: [1, 0, -1] }", "RG0110@6,52 RG0110@6,55", "'std[1]'")]
    [InlineData(6, "  input: { shape: [2, 3], bounds: [0, 1], layout: channels-last, std: [1, 1] }", "RG0121@6,71", "3 channels (the last dimension")]
    [InlineData(6, "  input: { shape: [1, 4, 4], bounds: [0, 1], channel-order: bgr }", "RG0121@6,61", "1 channels")]
    [InlineData(6, "  input: { shape: [1, 4, 4], bounds: [0, 1], channel-order: BGR }", "RG0111@6,61", "Did you mean 'bgr'")]
    [InlineData(6, "  input: { shape: [1, 4, 4], bounds: [0, 1], layout: hwc }", "RG0111@6,54", "channels-last")]
    [InlineData(6, "  input: { shape: [2], bounds: [0, 1], scale: 0 }", "RG0110@6,47", "greater than 0")]
    [InlineData(6, "  input: { shape: [4], bounds: [[0, 1], [0, 1]] }", "RG0121@6,32", "2 pairs but the input has 4 features")]
    [InlineData(6, "  input: { shape: [2], bounds: [[0, 1], [1]] }", "RG0109@6,41", "Two numbers")]
    [InlineData(6, "  input: { shape: [2], bounds: [[0, 1], [2, 1]] }", "RG0110@6,41", "'bounds[1]'")]
    [InlineData(6, "  input: { shape: [2], bounds: [[0, 0.05], [1, 1.05]] }", "RG0112@14,14 RG0112@16,15 RG0112@16,20", "range of every input")]
    [InlineData(5, "  path: net.dll", "RG0107@5,9", "type: My.Models.Net")]
    [InlineData(5, "  path: net.onnx\n  type: My.Net", "RG0116@6,9", "assemblies")]
    [InlineData(5, "  path: net.onnx\n  weights: w.dat", "RG0116@6,12", "assemblies")]
    [InlineData(5, "  path: net.dll\n  type: My Net", "RG0109@6,9", "full name of a class")]
    // Data and indicator
    [InlineData(8, "  image: x.npy", "RG0105@8,3", "Did you mean 'images'")]
    [InlineData(10, "  samples: 0", "RG0110@10,12", "at least 1")]
    [InlineData(10, "  samples: 2147483648", "RG0110@10,12", "at most 2147483647")]
    [InlineData(10, "  samples: yes", "RG0109@10,12", "a whole number")]
    [InlineData(10, "  selection: last", "RG0111@10,14", "Known: first, random")]
    [InlineData(10, "  scale: Auto", "RG0111@10,10", "Did you mean 'auto'")]
    [InlineData(10, "  lower: l.npy", "RG0118@10,10", "add 'upper'")]
    [InlineData(11, "indicator: 100", "RG0109@11,12", "a mapping")]
    [InlineData(11, "indicator: { samples: 0 }", "RG0110@11,23", "at least 1")]
    [InlineData(11, "harden: [a]", "RG0109@11,9", "a mapping")]
    [InlineData(11, "report: { formats: [pdf] }", "RG0111@11,21", "Known: markdown, html, json, junit, sarif, github")]
    [InlineData(11, "report: { formats: markdown }", "RG0109@11,20", "in brackets")]
    // Attacks
    [InlineData(13, "  - name: pdg", "RG0104@13,11", "unknown attack 'pdg'. Did you mean 'pgd'? Known: ")]
    [InlineData(13, "  - name: PGD", "RG0104@13,11", "Did you mean 'pgd'")]
    [InlineData(13, "  - id: a", "RG0107@13,5", "lacks 'name'")]
    [InlineData(13, "  - name: fgsm\n    steps: 5", "RG0116@14,5", "'fgsm' has no 'steps'")]
    [InlineData(13, "  - name: fgsm\n    norm: l2", "RG0111@14,11", "Known: linf")]
    [InlineData(13, "  - name: fgsm\n    id: ../a", "RG0109@14,9", "file name")]
    [InlineData(13, "  - name: fgsm\n    target: most-likely", "RG0109@14,13", "least-likely")]
    [InlineData(13, "  - name: fgsm\n    target: -1", "RG0109@14,13", "class number")]
    [InlineData(13, "  - name: fgsm\n    judge: first", "RG0111@14,12", "Known: any, last")]
    [InlineData(13, "  - name: fgsm\n    eot: 0", "RG0110@14,10", "at least 1")]
    [InlineData(13, "  - name: fgsm\n    quantize: 256", "RG0110@14,15", "between 1 and 16")]
    [InlineData(13, "  - name: fmn\n    judge: last", "RG0116@14,12", "nearest")]
    [InlineData(13, "  - name: autoattack\n    judge: last", "RG0116@14,12", "nearest")]
    [InlineData(13, "  - name: jsma", "RG0112@14,14", "number of features")]
    [InlineData(13, "  - fgsm", "RG0102@14,12", "not valid YAML")]
    [InlineData(14, "    epsilon:", "RG0112@14,13", "'epsilon' is empty. An attack without a radius changes nothing and would always pass.")]
    [InlineData(14, "    epsilon: ~", "RG0112@14,14", "always pass")]
    [InlineData(14, "    epsilon: []", "RG0112@14,14", "always pass")]
    [InlineData(14, "", "RG0112@13,5", "lacks 'epsilon'")]
    [InlineData(14, "    epsilon: 0", "RG0112@14,14", "always pass")]
    [InlineData(14, "    epsilon: -0.1", "RG0112@14,14", "greater than 0")]
    [InlineData(14, "    epsilon: .nan", "RG0112@14,14", "finite")]
    [InlineData(14, "    epsilon: .inf", "RG0112@14,14", "finite")]
    [InlineData(14, "    epsilon: 1e999", "RG0112@14,14", "finite")]
    [InlineData(14, "    epsilon: 1e-999", "RG0112@14,14", "greater than 0")]
    [InlineData(14, "    epsilon: 8/0", "RG0112@14,14", "finite")]
    [InlineData(14, "    epsilon: 1.5", "RG0112@14,14", "range of every input, within [0, 1]")]
    [InlineData(14, "    epsilon: [0.1, 8]", "RG0112@14,20", "8/255")]
    [InlineData(14, "    epsilon: 0,03", "RG0109@14,14", "Write 0.03")]
    [InlineData(14, "    epsilon: .5", "RG0109@14,14", "Write 0.5")]
    [InlineData(14, "    epsilon: +0.5", "RG0109@14,14", "Write 0.5")]
    [InlineData(14, "    epsilon: 10%", "RG0113@14,14", "fractions: 0.1")]
    [InlineData(14, "    epsilon: box", "RG0118@14,14", "data.lower")]
    [InlineData(14, "    epsilon: [0.1, 0.1]", "RG0114@13,5", "repeated radius")]
    [InlineData(14, "    epsilon: [0.1, 1/10]", "RG0114@13,5", "repeated radius")]
    [InlineData(14, "    epsilon: 0.1\n  - { name: fgsm, epsilon: 0.1 }", "RG0114@15,5", "id: fgsm-2")]
    [InlineData(14, "    epsilon: 0.1\n    id: PGD-linf-0.1", "RG0114@16,5", "'pgd-linf-0.1'")]
    [InlineData(14, "    eps: 0.1", "RG0105@14,5", "Did you mean 'epsilon'")]
    [InlineData(17, "    steps: 0", "RG0110@17,12", "at least 1")]
    [InlineData(17, "    steps: 5.5", "RG0109@17,12", "a whole number")]
    [InlineData(17, "    stepSize: 0.1", "RG0105@17,5", "Did you mean 'step-size'")]
    [InlineData(17, "    step-size: 0", "RG0110@17,16", "greater than 0")]
    [InlineData(17, "    random-start: yes", "RG0109@17,19", "true or false")]
    [InlineData(17, "    random-start: True", "RG0109@17,19", "true or false")]
    // Gate and rules
    [InlineData(19, "  alpha: 0", "RG0110@19,10 RG0117@26,17", "greater than 0 and less than 1")]
    [InlineData(19, "  alpha: 1\n  baseline: b", "RG0110@19,10", "greater than 0 and less than 1")]
    [InlineData(19, "  on-inconclusive: ignore\n  baseline: b", "RG0111@19,20", "Known: warn, fail")]
    [InlineData(19, "  baseline: ~", "RG0108@19,13", "'baseline' is empty")]
    [InlineData(19, "", "RG0117@26,17", "baseline: robustness.baseline.json")]
    [InlineData(21, "    - metric: accuracy", "RG0120@21,15", "unknown metric 'accuracy'")]
    [InlineData(21, "    - severity: error", "RG0107@21,7", "lacks 'metric'")]
    [InlineData(21, "    - metric: linear-radius\n      attack: pgd", "RG0116@22,7", "belongs to robust-accuracy")]
    [InlineData(21, "    - metric: natural-accuracy\n      max-drop-ratio: 0.1", "RG0116@22,7", "'natural-accuracy' has no 'max-drop-ratio'")]
    [InlineData(21, "    - metric: worst-case-accuracy", "RG0112@21,7", "lacks 'epsilon'")]
    [InlineData(21, "    - metric: worst-case-accuracy\n      epsilon: 0.05", "RG0115@22,16", "There are: fgsm-linf-0.1")]
    [InlineData(21, "    - metric: worst-case-accuracy\n      norm: l2\n      epsilon: 0.3", "RG0115@23,16", "the norm l2")]
    [InlineData(21, "    - metric: worst-case-accuracy\n      epsilon: box", "RG0115@22,16", "the box")]
    [InlineData(21, "    - metric: hessian-rank-ratio\n      max: 40", "RG0113@22,12", "0.4")]
    [InlineData(21, "    - metric: linear-radius\n      statistic: p50", "RG0111@22,18", "median")]
    [InlineData(22, "", "RG0119@21,7", "could never fail")]
    [InlineData(22, "      min: 40", "RG0113@22,12", "fractions: 0.4")]
    [InlineData(22, "      min: 40%", "RG0113@22,12", "fractions: 0.4")]
    [InlineData(22, "      max-drop: 1.0pt", "RG0113@22,17", "fractions: 0.01")]
    [InlineData(22, "      min: 150", "RG0110@22,12", "between 0 and 1")]
    [InlineData(22, "      min: -0.1", "RG0110@22,12", "between 0 and 1")]
    [InlineData(22, "      min: .NaN", "RG0110@22,12", "finite")]
    [InlineData(22, "      min:", "RG0108@22,11", "'min' is empty")]
    [InlineData(22, "      min: 0.5\n      max: 0.4", "RG0110@22,12", "greater than 'max'")]
    [InlineData(22, "      min: 0.5\n      confidence: 95", "RG0113@23,19", "fractions: 0.95")]
    [InlineData(22, "      min: 0.5\n      confidence: 1", "RG0110@23,19", "less than 1")]
    [InlineData(22, "      max: 0.5\n      confidence: 0.95", "RG0116@23,19", "there is no 'min'")]
    [InlineData(22, "      minimum: 0.5", "RG0105@22,7", "Did you mean 'min'")]
    [InlineData(22, "      min: 0.5\n      severity: Error", "RG0111@23,17", "Did you mean 'error'")]
    [InlineData(24, "      attack: bim", "RG0115@24,15", "There are: fgsm-linf-0.1, pgd-linf-0.1, pgd-linf-0.2")]
    [InlineData(24, "", "RG0107@23,7", "lacks 'attack'")]
    [InlineData(25, "", "RG0115@24,15", "matches 2 results: pgd-linf-0.1, pgd-linf-0.2. Add 'epsilon'")]
    [InlineData(25, "      epsilon: 0.3", "RG0115@24,15", "There are: pgd-linf-0.1, pgd-linf-0.2")]
    public void A_bad_line_is_reported_at_its_place(int line, string text, string expected, string words)
    {
        var findings = PolicyText.Mistakes(PolicyText.With(line, text));

        Assert.True(expected == PolicyText.Brief(findings), $"{expected}: {string.Join(" | ", findings)}");
        Assert.Contains(findings, finding => finding.Message.Contains(words, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("", "RG0108@1,1", "robustness.yml.example")]
    [InlineData("# nothing\n", "RG0108@1,1", "robustness.yml.example")]
    [InlineData("~", "RG0109@1,1", "a mapping")]
    [InlineData("- a\n- b", "RG0109@1,1", "not a list")]
    [InlineData("hello", "RG0109@1,1", "not 'hello'")]
    [InlineData("version: 1\n---\nversion: 1\n", "RG0102@2,1", "second document")]
    [InlineData("version: &a 1\n", "RG0102@1,10", "Anchors")]
    [InlineData("version: *a\n", "RG0102@1,10", "aliases")]
    [InlineData("version: !!int 1\n", "RG0102@1,10", "Tags")]
    [InlineData("? [a]\n: 1\n", "RG0102@1,3", "single word")]
    [InlineData("model:\n\tpath: x\n", "RG0102@2,1", "tab")]
    [InlineData("model: [1,\n", "RG0102@2,1", "not valid YAML")]
    [InlineData("a: \"\u001b\"", "RG0102@1,5", "\\u001B")]
    [InlineData("a: \"x\u0000\"", "RG0102@1,6", "\\u0000")]
    public void A_text_that_is_no_policy_is_reported(string text, string expected, string words)
    {
        var findings = PolicyText.Mistakes(text);

        Assert.True(expected == PolicyText.Brief(findings), $"{expected}: {string.Join(" | ", findings)}");
        Assert.Contains(words, findings[0].Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_absent_gate_is_a_mistake_because_nothing_would_be_judged()
    {
        var lines = PolicyText.Good[..17];

        var finding = Assert.Single(PolicyText.Mistakes(string.Join('\n', lines)));

        Assert.Equal("RG0119@1,1", PolicyText.Brief([finding]));
    }

    [Fact]
    public void An_indicator_rule_needs_the_indicator()
    {
        var text = PolicyText.With(11, "").Replace("natural-accuracy", "linear-radius", StringComparison.Ordinal);

        Assert.Equal("RG0117@21,15", PolicyText.Brief(PolicyText.Mistakes(text)));
    }

    [Fact]
    public void All_mistakes_are_reported_at_once_in_file_order()
    {
        var text = PolicyText.With(2, "sed: 5")
            .Replace("samples: 10", "samples: 0", StringComparison.Ordinal)
            .Replace("epsilon: 0.1", "epsilon:", StringComparison.Ordinal)
            .Replace("attack: pgd", "attack: pgd\n      norm: l2", StringComparison.Ordinal)
            .Replace("min: 0.5", "min: 50", StringComparison.Ordinal);

        Assert.Equal("RG0105@2,1 RG0110@10,12 RG0112@14,13 RG0113@22,12 RG0116@25,7", PolicyText.Brief(PolicyText.Mistakes(text)));
    }

    [Fact]
    public void A_finding_names_file_line_and_column_as_msbuild_reads_them() =>
        Assert.Equal(
            "robustness.yml(14,13): error RG0112: 'epsilon' is empty. An attack without a radius changes nothing and would always pass. Write a number or a fraction such as 8/255.",
            PolicyText.Mistakes(PolicyText.With(14, "    epsilon:"))[0].ToString());
}
