using System.Text;
using RobustnessGate.Tests.Cli;
using RobustnessGate.Tests.Integrity;

namespace RobustnessGate.ProcessTests;

/// <summary>
/// What users hand over by mistake or in malice, through the real process: each has its code, its place and its exit
/// code; nothing passes, nothing is a stack trace, and what was pinned stays as it was.
/// </summary>
public sealed class BadInputTests(CheckedWorkspace checkedWork) : IClassFixture<CheckedWorkspace>
{
    private static int _number;

    private Workspace Work => checkedWork.Work;

    /// <summary>One replacement in a policy that is otherwise good.</summary>
    [Theory]
    [InlineData("RG0107", "version: 1\n", "")]
    [InlineData("RG0110", "version: 1", "version: 0")]
    [InlineData("RG0103", "version: 1", "version: 2")]
    [InlineData("RG0109", "version: 1", "version: one")]
    [InlineData("RG0105", "seed: 7", "sed: 7")]
    [InlineData("RG0105", "seed: 7", "Seed: 7")]
    [InlineData("RG0106", "seed: 7", "seed: 7\nseed: 8")]
    [InlineData("RG0108", "seed: 7", "seed:")]
    [InlineData("RG0108", "seed: 7", "seed: ~")]
    [InlineData("RG0110", "seed: 7", "seed: -1")]
    [InlineData("RG0110", "seed: 7", "seed: 99999999999999999999")]
    [InlineData("RG0109", "seed: 7", "seed: 010")]
    [InlineData("RG0109", "seed: 7", "seed: 1:30")]
    [InlineData("RG0109", "seed: 7", "seed: 1_000")]
    [InlineData("RG0109", "device: cpu", "device: tpu")]
    [InlineData("RG0107", "  path: model.onnx\n", "")]
    [InlineData("RG0108", "  path: model.onnx", "  path: ")]
    [InlineData("RG0110", "shape: [1, 2, 2]", "shape: [1, 0, 2]")]
    [InlineData("RG0109", "shape: [1, 2, 2]", "shape: four")]
    [InlineData("RG0110", "bounds: [0, 1]", "bounds: [1, 0]")]
    [InlineData("RG0110", "bounds: [0, 1]", "bounds: [0, .nan]")]
    [InlineData("RG0110", "bounds: [0, 1]", "bounds: [0, .inf]")]
    [InlineData("RG0121", "bounds: [0, 1] }", "bounds: [0, 1], mean: [0.1, 0.2, 0.3] }")]
    [InlineData("RG0107", "  images: images.gz\n", "")]
    [InlineData("RG0110", "labels: labels.gz", "labels: labels.gz\n  samples: 0")]
    [InlineData("RG0109", "labels: labels.gz", "labels: labels.gz\n  samples: many")]
    [InlineData("RG0104", "name: pgd", "name: pdg")]
    [InlineData("RG0111", "name: pgd, norm: linf", "name: pgd, norm: l7")]
    [InlineData("RG0112", "epsilon: 0.1, steps: 5", "epsilon: , steps: 5")]
    [InlineData("RG0112", "epsilon: 0.1, steps: 5", "epsilon: 0, steps: 5")]
    [InlineData("RG0112", "epsilon: 0.1, steps: 5", "epsilon: -0.1, steps: 5")]
    [InlineData("RG0112", "epsilon: 0.1, steps: 5", "epsilon: 1.5, steps: 5")]
    [InlineData("RG0112", "epsilon: 0.1, steps: 5", "epsilon: .nan, steps: 5")]
    [InlineData("RG0112", "epsilon: 0.1, steps: 5", "epsilon: .inf, steps: 5")]
    [InlineData("RG0109", "epsilon: 0.1, steps: 5", "epsilon: '0,03', steps: 5")]
    [InlineData("RG0112", "epsilon: 0.1, steps: 5", "steps: 5")]
    [InlineData("RG0110", "steps: 5", "steps: 0")]
    [InlineData("RG0116", "name: fgsm, norm: linf", "name: fgsm, steps: 3, norm: linf")]
    [InlineData("RG0114", "name: fgsm, norm: linf", "name: pgd, norm: linf")]
    [InlineData("RG0120", "metric: natural-accuracy", "metric: natural-acuracy")]
    [InlineData("RG0115", "worst-case-accuracy, epsilon: 0.1", "worst-case-accuracy, epsilon: 0.01")]
    [InlineData("RG0113", "max-drop: 0.01 }\n        - { metric: worst", "max-drop: 1 % }\n        - { metric: worst")]
    [InlineData("RG0113", "min: 0.9", "min: 40")]
    [InlineData("RG0110", "min: 0.9", "min: .nan")]
    [InlineData("RG0110", "min: 0.9", "min: 0.9, max: 0.1")]
    [InlineData("RG0119", "min: 0.9, max-drop: 0.01", "severity: warning")]
    [InlineData("RG0111", "min: 0.9", "min: 0.9, severity: fatal")]
    [InlineData("RG0110", "  rules:", "  alpha: 0\n  rules:")]
    [InlineData("RG0110", "  rules:", "  alpha: 1\n  rules:")]
    [InlineData("RG0117", "  baseline: robustness.baseline.json\n", "")]
    [InlineData("RG0117", "  rules:", "  max-total-drop: 0.1\n  rules:")]
    [InlineData("RG0105", "gate:", "enabled: false\ngate:")]
    [InlineData("RG0109", "  rules:", "  bootstrap: yes\n  rules:")]
    public void A_policy_with_a_mistake_is_4(string code, string before, string after)
    {
        var text = Work.Read("robustness.yml").Replace("\r\n", "\n", StringComparison.Ordinal);
        before = before.Replace("\n        -", "\n    -", StringComparison.Ordinal);
        after = after.Replace("\n        -", "\n    -", StringComparison.Ordinal);
        Assert.Contains(before, text, StringComparison.Ordinal);
        Refused(4, code, Encoding.UTF8.GetBytes(Replace(text, before, after)));
    }

    /// <summary>Texts that are no policy at all.</summary>
    [Theory]
    [InlineData("RG0108", "")]
    [InlineData("RG0109", "~")]
    [InlineData("RG0109", "- version: 1\n")]
    [InlineData("RG0109", "just words")]
    [InlineData("RG0102", "version: 1\n---\nversion: 1\n")]
    [InlineData("RG0102", "version: 1\nseed: !!int 7\n")]
    [InlineData("RG0102", "a: &a [1]\nb: *a\n")]
    [InlineData("RG0102", "a: &a { b: *a }\n")]
    [InlineData("RG0102", "version: 1\n\tseed: 7\n")]
    [InlineData("RG0102", "version: 1\nseed: \u0000\n")]
    [InlineData("RG0102", "version: 1\nseed: \u001b[31m\n")]
    [InlineData("RG0102", "version: [1\n")]
    [InlineData("RG0102", "? [1, 2]\n: 3\n")]
    public void A_text_that_is_no_policy_is_4(string code, string text) => Refused(4, code, Encoding.UTF8.GetBytes(text));

    [Fact]
    public void Bytes_that_are_no_text_are_4()
    {
        Refused(4, "RG0102", Encoding.Unicode.GetPreamble().Concat(Encoding.Unicode.GetBytes("version: 1\n")).ToArray());
        Refused(4, "RG0102", [0xff, 0xc0, 0x80]);
        Refused(4, "RG0102", Encoding.UTF8.GetBytes(new string('[', 50_000)));
        Refused(4, "RG0102", Encoding.UTF8.GetBytes("a: " + string.Concat(Enumerable.Repeat("[", 300)) + string.Concat(Enumerable.Repeat("]", 300))));
        Refused(4, "RG0102", Encoding.UTF8.GetBytes("# " + new string('x', 10_000_000)));
    }

    /// <summary>The file itself.</summary>
    [Theory]
    [InlineData(4, "RG0101", "check", "-p", "absent.yml")]
    [InlineData(4, "RG0101", "check", "-p", ".")]
    [InlineData(4, "RG0101", "check", "-p", "absent/robustness.yml")]
    [InlineData(4, "RG0101", "baseline", "update", "-p", "absent.yml")]
    [InlineData(4, "RG0101", "baseline", "verify", "-p", "absent.yml")]
    [InlineData(6, "RG0515", "check", "--baseline", "git:main")]
    [InlineData(5, "RG0004", "check", "-o", "robustness.yml")]
    [InlineData(5, "RG0002", "check", "--baseline", "")]
    [InlineData(8, "RG0210", "baseline", "update", "-o", "absent")]
    [InlineData(6, "RG0201", "baseline", "show", "--baseline", "absent.json")]
    [InlineData(6, "RG0202", "baseline", "show", "--baseline", ".")]
    [InlineData(6, "RG0202", "baseline", "show", "--baseline", "robustness.yml")]
    public void What_is_not_there_or_not_a_file_is_said(int exitCode, string code, params string[] args) => Refused(exitCode, code, Work.Run(args));

    /// <summary>One replacement in a baseline that is otherwise good.</summary>
    [Theory]
    [InlineData("RG0202", "{", "")]
    [InlineData("RG0202", "\"natural\"", "\"naturally\"")]
    [InlineData("RG0202", "\"seed\": 7", "\"seed\": \"seven\"")]
    [InlineData("RG0202", "\"seed\": 7", "\"seed\": 7, \"seed\": 7")]
    [InlineData("RG0202", "\"seed\": 7", "\"seed\": NaN")]
    [InlineData("RG0202", "\"seed\": 7", "\"seed\": null")]
    [InlineData("RG0202", "\"schemaVersion\": 1", "\"schema\": 1")]
    [InlineData("RG0203", "\"schemaVersion\": 1", "\"schemaVersion\": 0")]
    [InlineData("RG0203", "\"schemaVersion\": 1", "\"schemaVersion\": 2")]
    [InlineData("RG0204", "\"seed\": 7", "\"seed\": 8")]
    [InlineData("RG0204", "\"robust\": 30", "\"robust\": 31")]
    [InlineData("RG0204", "\"samples\": 40", "\"samples\": 39")]
    [InlineData("RG0204", "pgd-linf-0.1", "fgsm-linf-0.1")]
    [InlineData("RG0204", "\"sha256\": \"", "\"sha256\": \"0")]
    public void A_damaged_baseline_is_6(string code, string before, string after)
    {
        var text = Work.Read("robustness.baseline.json");
        Assert.Contains(before, text, StringComparison.Ordinal);
        var file = $"bad{Interlocked.Increment(ref _number)}.json";
        File.WriteAllText(Work[file], Replace(text, before, after));

        Refused(6, code, Work.Run("baseline", "show", "--baseline", file), file);
    }

    [Fact]
    public void A_repository_that_cannot_answer_is_6_before_anything_is_evaluated()
    {
        using var project = new ProjectRepository();

        Refused(6, "RG0516", Tool.RunIn(project.Folder, "check", "--baseline", "git:absent"));
        Refused(6, "RG0516", Tool.RunIn(project.Folder, "check", "--baseline", "git:--help"));
        project.Git("checkout", "-q", "--orphan", "other");
        project.Git("commit", "-qm", "other");
        Refused(6, "RG0518", Tool.RunIn(project.Folder, "check", "--baseline", "git:main"));
        using var pull = Tool.Start(project.Folder, [("GITHUB_BASE_REF", "main")], "check", "--baseline", "auto");
        Refused(6, "RG0516", pull.Wait());
    }

    private static string Replace(string text, string before, string after)
    {
        var at = text.IndexOf(before, StringComparison.Ordinal);
        return text[..at] + after + text[(at + before.Length)..];
    }

    private void Refused(int exitCode, string code, byte[] policy)
    {
        var file = $"bad{Interlocked.Increment(ref _number)}.yml";
        File.WriteAllBytes(Work[file], policy);
        var pinned = Work.Read("robustness.baseline.json");

        Refused(exitCode, code, Work.Run("check", "-p", file, "-o", "elsewhere"), file);

        Assert.Equal(pinned, Work.Read("robustness.baseline.json"));
        Assert.Empty(Directory.EnumerateFiles(Work.Folder, "*.tmp", SearchOption.AllDirectories));
    }

    private static void Refused(int exitCode, string code, ToolRun run, string place = "")
    {
        Assert.True(run.ExitCode == exitCode, $"{run.ExitCode}: {run.Everything}");
        Assert.Contains(run.Error.Split('\n'), line => line.StartsWith(place, StringComparison.Ordinal) && line.Contains($" error {code}: ", StringComparison.Ordinal));
        Assert.DoesNotContain("   at ", run.Everything, StringComparison.Ordinal);
        Assert.DoesNotContain("internal error", run.Everything, StringComparison.Ordinal);
        Assert.DoesNotContain("passed", run.Everything, StringComparison.Ordinal);
        Assert.DoesNotContain("..\n", run.Everything, StringComparison.Ordinal);
        Assert.DoesNotContain("System.", run.Everything, StringComparison.Ordinal);
        Assert.DoesNotContain("LineNumber", run.Everything, StringComparison.Ordinal);
    }
}
