using RobustnessGate.Attacks;
using RobustnessGate.Diagnostics;
using RobustnessGate.Maths;
using RobustnessGate.Policies;

namespace RobustnessGate.Tests;

public class GoodPolicyTests
{
    internal static readonly string Minimal = """
        version: 1
        model: { path: net.onnx, input: { shape: [4], bounds: [0, 1] } }
        data: { images: x.npz }
        gate: { rules: [ { metric: natural-accuracy, min: 0.9 } ] }
        """;

    internal static readonly string Full = $$"""
        version: 1
        seed: 20261122
        device: cuda:1
        model:
          path: net.onnx
          sha256: {{new string('A', 64)}}
          input: { shape: [3, 8, 8], bounds: [-1, 1], mean: [0.5, 0.25, -1e-1], std: 2 }
        data:
          images: x.npy
          labels: y.npy
          samples: 1000
          selection: random
          scale: none
          sha256: {{new string('b', 64)}}
          lower: l.npy
          upper: u.npy
        indicator: { samples: 7 }
        attacks:
          - { name: pgd, norm: l2, epsilon: [8/255, 0.5], steps: 7, step-size: 1/4, restarts: 3, random-start: false, target: least-likely, judge: last }
          - { name: bim, id: region, epsilon: box, target: 3 }
          - { name: fgsm, epsilon: 2e-1, target: sub/goals.npy }
        gate:
          baseline: base.json
          alpha: 0.05
          on-inconclusive: fail
          rules:
            - { metric: natural-accuracy, min: 0.97, max-drop: 0.005 }
            - { metric: robust-accuracy, attack: pgd, epsilon: 0.5, max: 1 }
            - { metric: robust-accuracy, attack: region, min: 0 }
            - { metric: worst-case-accuracy, norm: l2, epsilon: 0.5, max-drop: 1/100, severity: warning }
            - { metric: linear-radius, statistic: p05, min: -0.5, max-drop-ratio: 0.1 }
            - { metric: jacobian-l1, max: 300, max-rise-ratio: 0.2 }
        report: { formats: [json] }
        harden: { regime: adversarial, craft: once, epsilon: 8/255, epochs: 3, data: { images: train.npy, labels: labels.npy } }
        """;

    [Fact]
    public void A_minimal_policy_gets_the_documented_defaults()
    {
        var policy = PolicyText.Read(Minimal);

        Assert.Equal((1, 0L, "auto"), (policy.Version, policy.Seed, policy.Device));
        Assert.Equal((SampleSelection.First, DataScale.Auto), (policy.Data.Selection, policy.Data.Scale));
        Assert.Null(policy.Data.Samples);
        Assert.Null(policy.Data.Labels);
        Assert.Null(policy.Indicator);
        Assert.Empty(policy.Attacks);
        Assert.Empty(policy.Model.Input.Mean);
        Assert.Empty(policy.Model.Input.Std);
        Assert.Equal((0.01, OnInconclusive.Warn), (policy.Gate.Alpha, policy.Gate.OnInconclusive));
        Assert.Null(policy.Gate.Baseline);
        Assert.Equal(["markdown", "json"], policy.Report.Formats.ToArray());
        Assert.Equal(RuleSeverity.Error, policy.Gate.Rules.Single().Severity);
    }

    [Fact]
    public void Every_key_reaches_the_policy()
    {
        var policy = PolicyText.Read(Full);

        Assert.Equal((20261122L, "cuda:1"), (policy.Seed, policy.Device));
        Assert.Equal(new string('a', 64), policy.Model.Sha256);
        Assert.Equal([3, 8, 8], policy.Model.Input.Shape.ToArray());
        Assert.Equal(new Bounds(-1, 1), policy.Model.Input.Bounds);
        Assert.Equal([0.5, 0.25, -0.1], policy.Model.Input.Mean.ToArray());
        Assert.Equal([2.0], policy.Model.Input.Std.ToArray());
        Assert.Equal((1000, SampleSelection.Random, DataScale.None), (policy.Data.Samples, policy.Data.Selection, policy.Data.Scale));
        Assert.EndsWith("u.npy", policy.Data.Upper, StringComparison.Ordinal);
        Assert.Equal(7, policy.Indicator!.Samples);

        Assert.Equal(new Pgd(7, 0.25, 3, false), policy.Attacks[0].Attack);
        Assert.Equal((Norm.L2, Judge.Last), (policy.Attacks[0].Norm, policy.Attacks[0].Judge));
        Assert.IsType<Target.LeastLikely>(policy.Attacks[0].Target);
        Assert.Equal(8.0 / 255, policy.Attacks[0].Epsilons[0].Value);
        Assert.Equal(new Target.Class(3), policy.Attacks[1].Target);
        Assert.True(policy.Attacks[1].Epsilons.Single().IsBox);
        Assert.Equal(new Bim(), policy.Attacks[1].Attack);
        Assert.EndsWith(Path.Combine("sub", "goals.npy"), Assert.IsType<Target.File>(policy.Attacks[2].Target).Path, StringComparison.Ordinal);
        Assert.True(Path.IsPathFullyQualified(((Target.File)policy.Attacks[2].Target).Path));
        Assert.Equal(["pgd-l2-0.03137254901960784", "pgd-l2-0.5", "region", "fgsm-linf-0.2"], policy.Runs.Select(run => run.Id));

        Assert.Equal((0.05, OnInconclusive.Fail), (policy.Gate.Alpha, policy.Gate.OnInconclusive));
        var rules = policy.Gate.Rules;
        Assert.Equal((0.97, 0.005, true), (rules[0].Min, rules[0].MaxDrop, rules[0].Compares));
        Assert.Equal(("pgd", 0.5, 1.0, false), (rules[1].Attack, rules[1].Epsilon!.Value.Value, rules[1].Max, rules[1].Compares));
        Assert.Equal((Norm.L2, RuleSeverity.Warning, 0.01), (rules[3].Norm, rules[3].Severity, rules[3].MaxDrop));
        Assert.Equal((Statistic.P05, -0.5, 0.1), (rules[4].Statistic, rules[4].Min, rules[4].MaxDropRatio));
        Assert.Equal((Statistic.Median, 300.0, 0.2), (rules[5].Statistic, rules[5].Max, rules[5].MaxRiseRatio));
        Assert.Equal(["json"], policy.Report.Formats.ToArray());
    }

    [Fact]
    public void A_byte_order_mark_and_windows_line_ends_change_nothing_but_the_hash()
    {
        var text = string.Join("\r\n", PolicyText.Good);

        var policy = PolicyReader.Parse([0xEF, 0xBB, 0xBF, .. System.Text.Encoding.UTF8.GetBytes(text)], "robustness.yml");

        Assert.Equal(5, policy.Seed);
        Assert.Equal((14, 14), policy.Source.Places["attacks[0].epsilon"]);
    }

    [Fact]
    public void Json_is_a_policy_too() => Assert.Equal(0.9, PolicyText.Read("""
        {"version": 1, "model": {"path": "net.onnx", "input": {"shape": [4], "bounds": [0, 1]}},
         "data": {"images": "x.npz"}, "gate": {"rules": [{"metric": "natural-accuracy", "min": 0.9}]}}
        """).Gate.Rules[0].Min);

    [Fact]
    public void Bounds_may_be_none_where_the_data_give_a_region()
    {
        var policy = PolicyText.Read(Minimal
            .Replace("[0, 1]", "none", StringComparison.Ordinal)
            .Replace("x.npz", "x.npz, lower: l.npy, upper: u.npy", StringComparison.Ordinal));

        Assert.Null(policy.Model.Input.Bounds);
    }

    [Fact]
    public void The_example_of_the_documentation_is_a_policy()
    {
        var policy = PolicyText.Read("""
            # yaml-language-server: $schema=./robustness.schema.json
            version: 1
            seed: 20261122
            device: auto
            model:
              path: model.onnx               # .onnx | TorchScript .pt | TorchSharp assembly .dll
              input: { shape: [1, 28, 28], bounds: [0, 1], mean: [0.5], std: [0.5] }
            data:
              images: t10k-images-idx3-ubyte.gz
              labels: t10k-labels-idx1-ubyte.gz
              samples: 1000                  # the first N in file order
            indicator: { samples: 100 }
            attacks:
              - { name: fgsm,       norm: linf, epsilon: [0.1, 0.2, 0.3] }
              - { name: bim,        norm: linf, epsilon: [0.1, 0.2, 0.3], steps: 10, step-size: 0.1 }
              - { name: cw-linf,    norm: linf, epsilon: [0.1, 0.2, 0.3], steps: 10, step-size: 0.1 }
              - { name: pgd,        norm: linf, epsilon: 0.3, steps: 40, step-size: 0.01, restarts: 1 }
            gate:
              baseline: robustness.baseline.json
              alpha: 0.01
              on-inconclusive: warn
              rules:
                - { metric: natural-accuracy,                        min: 0.97, max-drop: 0.005 }
                - { metric: robust-accuracy, attack: pgd, epsilon: 0.3, min: 0.60, max-drop: 0.01 }
                - { metric: worst-case-accuracy, epsilon: 0.3,       max-drop: 0.01 }
                - { metric: linear-radius, statistic: median,        max-drop-ratio: 0.10, severity: warning }
            report: { formats: [markdown, json] }
            harden:
              regime: jacobian               # natural | jacobian | gradient | adversarial
            """);

        Assert.Equal(10, policy.Runs.Count());
        Assert.Equal(10, RuleTargets.Resolve(policy, policy.Gate.Rules[2]).Length);
    }

    [Fact]
    public void Preprocessing_is_part_of_the_input()
    {
        var input = Input("shape: [8, 8, 3], bounds: [0, 1], layout: channels-last, channel-order: bgr, scale: 255, mean: [104, 117, 123]");

        Assert.Equal((ChannelLayout.ChannelsLast, ChannelOrder.Bgr, 255.0, 3), (input.Layout, input.ChannelOrder, input.Scale, input.Channels));
        Assert.Equal([104.0, 117, 123], input.Mean.ToArray());
        Assert.Empty(input.FeatureBounds);
        Assert.Equal(new Bounds(0, 1), input.BoundsOf(7));
    }

    [Theory]
    [InlineData("shape: [4], bounds: [[0, 1], [0, 2], [0, 3], [-1, 4]]", "1 2 3 4")]
    [InlineData("shape: [2, 2], bounds: [[0, 1], [-1, 4]]", "1 1 4 4")]
    [InlineData("shape: [2, 2], bounds: [[0, 1], [-1, 4]], layout: channels-last", "1 4 1 4")]
    public void Features_or_channels_may_have_bounds_of_their_own(string text, string highs)
    {
        var input = Input(text);

        Assert.Equal(new Bounds(-1, 4), input.Bounds);
        Assert.Equal(highs, string.Join(' ', Enumerable.Range(0, input.Size).Select(i => input.BoundsOf(i)!.Value.High)));
    }

    [Fact]
    public void An_assembly_names_its_module_and_weights()
    {
        var model = PolicyText.Read(Minimal.Replace("path: net.onnx", "path: bin/Net.DLL, type: My.Models.Outer+Net, weights: w.safetensors", StringComparison.Ordinal)).Model;

        Assert.Equal("My.Models.Outer+Net", model.Type);
        Assert.Equal(Path.GetFullPath("w.safetensors"), model.Weights);
    }

    [Fact]
    public void A_floor_may_ask_for_confidence() => Assert.Equal(
        0.95, PolicyText.Read(Minimal.Replace("min: 0.9", "min: 0.9, confidence: 0.95", StringComparison.Ordinal)).Gate.Rules[0].Confidence);

    private static InputSection Input(string text) =>
        PolicyText.Read(Minimal.Replace("shape: [4], bounds: [0, 1]", text, StringComparison.Ordinal)).Model.Input;

    [Fact]
    public void Findings_can_point_at_any_key_of_the_policy()
    {
        var source = PolicyText.Read(PolicyText.With(0, "")).Source;

        Assert.Equal(new Location("robustness.yml", 26, 17), source.At("gate.rules[1].max-drop"));
        Assert.Equal(new Location("robustness.yml", 23, 7), source.At("gate.rules[1].severity"));
        Assert.Equal(new Location("robustness.yml", 1, 1), source.At("nothing"));
    }

    [Fact]
    public void Gradients_are_exact_unless_the_policy_says_otherwise()
    {
        Assert.Equal(GradientMode.Exact, PolicyText.Read(Minimal).Model.Gradients);
        Assert.Equal(
            GradientMode.StraightThrough,
            PolicyText.Read(Minimal.Replace("path: net.onnx", "path: net.onnx, gradients: straight-through", StringComparison.Ordinal)).Model.Gradients);
    }

    [Fact]
    public void Reading_does_not_depend_on_the_culture()
    {
        var before = System.Globalization.CultureInfo.CurrentCulture;
        try
        {
            System.Globalization.CultureInfo.CurrentCulture = CommaCulture();
            Assert.Equal(0.9, PolicyText.Read(Minimal).Gate.Rules[0].Min);
            Assert.Contains("[0.5, 1.5]", PolicyText.Mistakes(
                PolicyText.With(6, "  input: { shape: [4], bounds: [0.5, 1.5] }").Replace("epsilon: 0.1", "epsilon: 1.25", StringComparison.Ordinal))[0].Message,
                StringComparison.Ordinal);
        }
        finally
        {
            System.Globalization.CultureInfo.CurrentCulture = before;
        }
    }

    private static System.Globalization.CultureInfo CommaCulture()
    {
        var culture = (System.Globalization.CultureInfo)System.Globalization.CultureInfo.InvariantCulture.Clone();
        culture.NumberFormat.NumberDecimalSeparator = ",";
        culture.NumberFormat.NegativeSign = "~";
        return culture;
    }
}
