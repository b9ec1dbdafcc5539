using RobustnessGate.Tests;
using RobustnessGate.Tests.Cli;

namespace RobustnessGate.ProcessTests;

/// <summary>The README's main job, and that it can fail.</summary>
public sealed class QuickStartTests : IDisposable
{
    private readonly string _output = Directory.CreateTempSubdirectory("robustness-gate-tests-").FullName;

    [Fact]
    public void The_robust_network_passes()
    {
        var run = Tool.Run("check", "-p", "robustness.yml.example", "-o", _output);

        Assert.True(run.ExitCode == 0, run.Everything);
        Assert.Contains("passed: 4 of 4 rules", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void The_natural_network_in_its_place_fails()
    {
        var policy = Path.Combine(_output, "robustness.yml");
        File.WriteAllText(policy, File.ReadAllText(Path.Combine(TestData.Root, "robustness.yml.example"))
            .Replace("robust.onnx", "natural.onnx", StringComparison.Ordinal)
            .Replace("templates/", Path.Combine(TestData.Root, "templates/"), StringComparison.Ordinal));

        var run = Tool.Run("check", "-p", policy, "-o", _output);

        Assert.True(run.ExitCode == 2, run.Everything);
        Assert.Contains("error RG1001: worst case at ε=0.1", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void In_a_workflow_findings_are_annotations_and_the_report_is_the_summary()
    {
        var summary = Path.Combine(_output, "summary.md");
        using var tool = Tool.Start(
            TestData.Root, [("GITHUB_STEP_SUMMARY", summary)],
            "check", "-p", "robustness.yml.example", "-o", _output, "--format", "github", "--baseline", Path.Combine(_output, "absent.json"));
        var run = tool.Wait();

        Assert.Equal(6, run.ExitCode);
        var lines = run.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.StartsWith("::stop-commands::", lines[0], StringComparison.Ordinal);
        var token = lines[0]["::stop-commands::".Length..];
        Assert.Equal($"::{token}::", lines[^1]);
        Assert.Single(lines, line => line.StartsWith("::error file=", StringComparison.Ordinal) && line.Contains("title=RG0201", StringComparison.Ordinal));
        Assert.Contains("Not judged", File.ReadAllText(summary), StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(_output, recursive: true);
}
