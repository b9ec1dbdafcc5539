using RobustnessGate.Tests.Cli;

namespace RobustnessGate.ProcessTests;

/// <summary>Verbs on what a check left behind: none of them evaluates anything.</summary>
public sealed class StoredResultsVerbsTests(CheckedWorkspace checkedWork) : IClassFixture<CheckedWorkspace>
{
    private const string Results = "artifacts/robustness/results.json";

    private Workspace Work => checkedWork.Work;

    [Fact]
    public void Stored_results_are_rendered_as_check_rendered_them()
    {
        Assert.Equal(0, checkedWork.Passed.ExitCode);
        // On stdout nothing lies beside the report that it could link.
        var written = Work.Read("artifacts/robustness/report.md");
        Assert.Contains("](robust-accuracy.svg)\n\n", written, StringComparison.Ordinal);
        Assert.Equal(string.Concat(written.Split("\n\n").Select(part => part.StartsWith("![", StringComparison.Ordinal) ? "" : part + "\n\n"))[..^2], Work.Run("report", Results).Output);

        var run = Work.Run("report", Results, "-f", "html", "-f", "sarif", "-o", "rendered");

        Assert.Equal(0, run.ExitCode);
        Assert.Equal(["report.html", "report.sarif"], Directory.GetFiles(Work["rendered"]).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Honest_results_verify_with_and_without_the_baseline_file()
    {
        Assert.Equal(0, Work.Run("report", Results, "--verify").ExitCode);

        var run = Work.Run("report", Results, "--verify", "--baseline", "robustness.baseline.json");

        Assert.Equal(0, run.ExitCode);
        Assert.StartsWith("verified: ", run.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"verdict\": \"passed\"", "\"verdict\": \"failed\"", "gate.verdict: stored \"failed\", recomputed \"passed\"")]
    [InlineData("\"exitCode\": 0", "\"exitCode\": 2", "exitCode: stored 2, recomputed 0")]
    [InlineData("\"robust\": 30", "\"robust\": 31", "robust: stored 31, recomputed 30")]
    public void An_edited_result_is_named_with_exit_code_6(string before, string after, string words)
    {
        Assert.Contains(before, Work.Read(Results), StringComparison.Ordinal);
        File.WriteAllText(Work["edited.json"], Work.Read(Results).Replace(before, after, StringComparison.Ordinal));

        var run = Work.Run("report", "edited.json", "--verify");

        Assert.Equal(6, run.ExitCode);
        Assert.Contains("edited.json: error RG0526: ", run.Error, StringComparison.Ordinal);
        Assert.Contains(words, run.Error, StringComparison.Ordinal);
        Assert.Empty(run.Output);
    }

    [Fact]
    public void A_what_if_is_labelled_and_changes_nothing()
    {
        var before = Work.Read(Results);

        var run = Work.Run("check", "--what-if", "rules[0].min=1", "--what-if", "rules[1].min=0.9");

        Assert.Equal(2, run.ExitCode);
        Assert.StartsWith("HYPOTHETICAL: the stored results judged as if rules[0].min=1 and rules[1].min=0.9; nothing was evaluated or written\n", run.Output, StringComparison.Ordinal);
        Assert.Contains("RG1002: worst case at ε=0.1 (linf) is 30 of 40 (75.0 %), below the floor of 90.0 %", run.Output, StringComparison.Ordinal);
        Assert.EndsWith("as stored: passed (exit code 0); as if: failed (exit code 2)\n", run.Output, StringComparison.Ordinal);
        Assert.Equal(before, Work.Read(Results));
    }

    /// <summary>It would turn every check of a workflow into a supposition.</summary>
    [Fact]
    public void A_what_if_has_to_be_typed()
    {
        using var tool = Tool.Start(Work.Folder, [("ROBUSTNESS_GATE_WHAT_IF", "gate.alpha=0.5")], "check", "-p", "absent.yml", "-o", "elsewhere");

        Assert.DoesNotContain("HYPOTHETICAL", tool.Wait().Output, StringComparison.Ordinal);
    }

    [Fact]
    public void The_baseline_verifies_and_says_what_it_holds()
    {
        var run = Work.Run("baseline", "verify");

        Assert.True(run.ExitCode == 0, run.Everything);
        Assert.Contains("verified: robustness.baseline.json is whole, and of the policy's attacks and the 40 samples", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_baseline_of_other_attacks_is_6()
    {
        File.WriteAllText(Work["steps.yml"], Work.Read("robustness.yml").Replace("steps: 5", "steps: 6", StringComparison.Ordinal));

        var run = Work.Run("baseline", "verify", "-p", "steps.yml");

        Assert.Equal(6, run.ExitCode);
        Assert.Contains("error RG0527: 'pgd-linf-0.1' ran as", run.Error, StringComparison.Ordinal);
        Assert.Contains("info RG0528: the policy file changed", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_baseline_of_other_data_is_6()
    {
        File.WriteAllText(Work["fewer.yml"], Work.Read("robustness.yml").Replace("labels: labels.gz", "labels: labels.gz\n  samples: 39", StringComparison.Ordinal));

        var run = Work.Run("baseline", "verify", "-p", "fewer.yml");

        Assert.Equal(6, run.ExitCode);
        Assert.Contains("error RG0205", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Baselines_are_compared()
    {
        File.WriteAllText(Work["damaged.json"], Work.Read("robustness.baseline.json").Replace("\"seed\": 7", "\"seed\": 8", StringComparison.Ordinal));

        Assert.Equal("the baselines are equal\n", Work.Run("baseline", "diff", "robustness.baseline.json", "robustness.baseline.json").Output);
        Assert.Equal(6, Work.Run("baseline", "diff", "robustness.baseline.json", "damaged.json").ExitCode);
        Assert.Equal(6, Work.Run("baseline", "diff", "absent.json", "robustness.baseline.json").ExitCode);
    }

    [Fact]
    public void A_plan_names_runs_costs_and_what_can_be_seen()
    {
        var run = Work.Run("plan");

        Assert.True(run.ExitCode == 0, run.Everything);
        Assert.Contains("  pgd-linf-0.1   at most 6 queries a sample\n", run.Output, StringComparison.Ordinal);
        Assert.Contains("at most 40 + 320 forward passes", run.Output, StringComparison.Ordinal);
        Assert.Matches(@"natural accuracy, max drop 1\.0 points: [0-9.]+ points", run.Output);
    }

    [Theory]
    [InlineData(8, "RG0018", "report", "absent.json")]
    [InlineData(4, "RG0209", "report", "robustness.yml")]
    [InlineData(5, "several formats need a folder", "report", Results, "-f", "html", "-f", "json")]
    [InlineData(5, "--verify renders nothing", "report", Results, "--verify", "-f", "html")]
    [InlineData(5, "--verify renders nothing", "report", Results, "--baseline", "robustness.baseline.json")]
    [InlineData(6, "nope.json: error RG0201", "report", Results, "--verify", "--baseline", "nope.json")]
    [InlineData(8, "RG0018", "check", "--what-if", "gate.alpha=0.05", "-o", "absent")]
    [InlineData(5, "RG0005", "check", "--what-if", "gate.alpha=2")]
    [InlineData(5, "so --seed would do nothing", "check", "--what-if", "gate.alpha=0.05", "--seed", "3")]
    [InlineData(4, "RG0101", "plan", "-p", "absent.yml")]
    public void What_cannot_be_done_is_said(int exitCode, string words, params string[] args)
    {
        var run = Work.Run(args);

        Assert.True(run.ExitCode == exitCode, run.Everything);
        Assert.Contains(words, run.Error, StringComparison.Ordinal);
        Assert.Empty(run.Output);
    }

    [Fact]
    public void A_what_if_of_another_policy_is_refused()
    {
        File.WriteAllText(Work["other.yml"], Work.Read("robustness.yml") + "\n# edited\n");

        var run = Work.Run("check", "-p", "other.yml", "--what-if", "gate.alpha=0.05");

        Assert.Equal(6, run.ExitCode);
        Assert.Contains("RG0211", run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--help")]
    [InlineData("report", Results, "--verify")]
    [InlineData("check", "--what-if", "gate.alpha=0.05")]
    [InlineData("plan")]
    [InlineData("baseline", "verify")]
    [InlineData("explain", "RG0101")]
    [InlineData("schema")]
    public void Libtorch_is_not_loaded(params string[] args)
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        // The dynamic linker itself says what it loads.
        using var tool = Tool.Start(Work.Folder, [("LD_DEBUG", "files")], args);
        var run = tool.Wait();

        Assert.Equal(0, run.ExitCode);
        Assert.Contains("libcoreclr.so", run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("libtorch", run.Error, StringComparison.OrdinalIgnoreCase);
    }
}
