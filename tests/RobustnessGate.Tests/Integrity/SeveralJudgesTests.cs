using RobustnessGate.Diagnostics;
using RobustnessGate.UseCases;

namespace RobustnessGate.Tests.Integrity;

/// <summary>Where a change began is its own choice, so all that it began from counts, and the target as it is.</summary>
public class SeveralJudgesTests
{
    private const string Floor = "min: 0.4";
    private const string LowFloor = "min: 0.01";
    private const string Drops = "max-drop: 0.1,";

    /// <summary>The floors alone: nothing else may catch the weak model.</summary>
    private static ProjectRepository OnMain()
    {
        var project = new ProjectRepository();
        project.Git("checkout", "-q", "main");
        project.Replace("robustness.yml", Drops, "max-drop: 0.9,");
        project.Replace("robustness.yml", "max-total-drop: 0.15", "max-total-drop: 0.9");
        project.Commit();
        return project;
    }

    private static void Set(ProjectRepository project, string before, string after)
    {
        project.Replace("robustness.yml", before, after);
        project.Commit();
    }

    private static CheckOutcome WeakModel(ProjectRepository project)
    {
        project.Model(20);
        project.Commit();
        return project.Check();
    }

    private static void IsHeldToTheFloor(CheckOutcome outcome)
    {
        Assert.True(outcome.ExitCode == ExitCode.GateFailed, string.Join('\n', outcome.Results.Gate.Findings));
        Assert.Contains("RG1002", ProjectRepository.Codes(outcome));
        Assert.Equal(0.4, outcome.Results.Gate.Rules.First(rule => rule.Metric == "worst-case-accuracy").Limits.Min);
    }

    /// <summary>A branch was merged that lowered the floor and put it back: its middle belongs to the target's history.</summary>
    [Fact]
    public void The_middle_of_a_merged_branch_is_no_judge()
    {
        using var project = OnMain();
        project.Git("checkout", "-q", "-b", "side");
        Set(project, Floor, LowFloor);
        var middle = project.Git("rev-parse", "HEAD");
        Set(project, LowFloor, Floor);
        project.Git("checkout", "-q", "main");
        project.Git("merge", "-q", "--no-ff", "-m", "merge", "side");
        project.Git("checkout", "-q", "-b", "next", middle);

        var outcome = WeakModel(project);

        IsHeldToTheFloor(outcome);
        Assert.Contains("RG0532", ProjectRepository.Codes(outcome));
        Assert.Equal($"git:{middle}+{project.Git("rev-parse", "main")}", outcome.Results.Options!.Baseline);
        Assert.Empty(StoredResults.Verify(project["out/results.json"], project["robustness.yml"], null).Differences);
    }

    [Fact]
    public void A_stale_branch_is_held_to_what_the_target_has_become()
    {
        using var project = OnMain();
        Set(project, Floor, LowFloor);
        project.Git("checkout", "-q", "-b", "stale");
        project.Git("checkout", "-q", "main");
        Set(project, LowFloor, Floor);
        project.Git("checkout", "-q", "stale");

        var outcome = WeakModel(project);

        IsHeldToTheFloor(outcome);
        // It did not lower the floor itself.
        Assert.DoesNotContain("RG0501", ProjectRepository.Codes(outcome));
    }

    /// <summary>What the target asks of every model, this one passes: that it is behind is said, and no more.</summary>
    [Fact]
    public void A_stale_branch_that_holds_to_it_passes()
    {
        using var project = OnMain();
        Set(project, Floor, LowFloor);
        project.Git("checkout", "-q", "-b", "stale");
        project.Git("checkout", "-q", "main");
        Set(project, LowFloor, Floor);
        project.Git("checkout", "-q", "stale");
        project.Model(58);
        project.Commit();

        var outcome = project.Check();

        Assert.True(outcome.ExitCode == ExitCode.Passed, string.Join('\n', outcome.Results.Gate.Findings));
        Assert.Contains("gate.rules.worst-case-accuracy-linf-0.3.min: 0.4 there, 0.01 here",
            outcome.Results.Gate.Findings.Single(finding => finding.Code == "RG0532").Message, StringComparison.Ordinal);
    }

    /// <summary>Where the target lowered the floor with leave since, the change began from the higher one.</summary>
    [Fact]
    public void A_target_that_was_lowered_since_lowers_nothing_for_who_began_before()
    {
        using var project = OnMain();
        project.Git("checkout", "-q", "-b", "before");
        project.Git("checkout", "-q", "main");
        Set(project, Floor, LowFloor);
        project.Git("checkout", "-q", "before");

        IsHeldToTheFloor(WeakModel(project));
    }

    /// <summary>Attacks that the target added since are run; those of a merge base that are gone at the target as well.</summary>
    [Fact]
    public void An_evaluation_that_the_target_hardened_since_is_run()
    {
        using var project = OnMain();
        project.Git("checkout", "-q", "-b", "stale");
        project.Git("checkout", "-q", "main");
        Set(project, "steps: 40", "steps: 80");
        project.Git("checkout", "-q", "stale");
        project.Model(58);
        project.Commit();

        var outcome = project.Check();

        Assert.Contains(outcome.Results.Attacks, attack => attack.Protocol.Contains("steps=80", StringComparison.Ordinal));
        Assert.DoesNotContain("RG0501", ProjectRepository.Codes(outcome));
    }

    /// <summary>A test set that was hardened since: no policy can put its pictures here.</summary>
    [Fact]
    public void Data_that_the_target_changed_since_fail_the_change()
    {
        using var project = OnMain();
        project.Git("checkout", "-q", "-b", "stale");
        project.Git("checkout", "-q", "main");
        project.Write("images.txt", "harder images");
        project.Commit();
        project.Git("checkout", "-q", "stale");

        var outcome = project.Check();

        Assert.NotEqual(ExitCode.Passed, outcome.ExitCode);
        Assert.Contains(outcome.Results.Gate.Findings, finding => finding.Code == "RG0501" && finding.Message.StartsWith("data.content", StringComparison.Ordinal));
    }

    /// <summary>Two merge bases, of which git names the newer first.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Of_criss_cross_merges_every_base_counts(bool weakIsNewer)
    {
        using var project = OnMain();
        Set(project, Floor, LowFloor);
        project.Git("checkout", "-q", "-b", "other");
        void Commit(string branch, int day, Action edit)
        {
            project.Git("checkout", "-q", branch);
            edit();
            project.Git("commit", "-q", "--allow-empty", "-am", branch, $"--date=2026-01-{day:00}T00:00:00Z");
        }

        Commit("main", weakIsNewer ? 1 : 2, () => project.Replace("robustness.yml", LowFloor, Floor));
        var hard = project.Git("rev-parse", "HEAD");
        Commit("other", weakIsNewer ? 2 : 1, () => { });
        var weak = project.Git("rev-parse", "HEAD");
        project.Git("checkout", "-q", "main");
        project.Git("merge", "-q", "-m", "cross", weak);
        project.Git("checkout", "-q", "other");
        // Merged in name alone: the weak floor stays.
        project.Git("merge", "-q", "-s", "ours", "-m", "cross", hard);
        Assert.Equal(2, project.Git("merge-base", "--all", "main", "other").Split('\n').Length);

        var outcome = WeakModel(project);

        IsHeldToTheFloor(outcome);
        Assert.Contains("RG0501", ProjectRepository.Codes(outcome));
        Assert.Empty(StoredResults.Verify(project["out/results.json"], project["robustness.yml"], null).Differences);
    }

    /// <summary>A policy that the target got since, where the change brings one of its own.</summary>
    [Fact]
    public void A_policy_that_the_target_has_by_now_is_no_first_use()
    {
        using var project = OnMain();
        var policy = project.Read("robustness.yml");
        project.Git("checkout", "-q", "-b", "own", "HEAD");
        project.Git("rm", "-q", "--cached", "robustness.yml");
        project.Git("commit", "-qm", "without");
        project.Git("checkout", "-qf", "-B", "main", "HEAD");
        project.Write("robustness.yml", policy);
        project.Git("add", "robustness.yml");
        project.Git("commit", "-qm", "with");
        project.Git("checkout", "-q", "-B", "own", "HEAD~1");
        project.Write("robustness.yml", policy.Replace(Floor, LowFloor, StringComparison.Ordinal).Replace("alpha: 0.01", "bootstrap: true", StringComparison.Ordinal));
        project.Git("add", "robustness.yml");
        project.Git("commit", "-qm", "own");

        IsHeldToTheFloor(WeakModel(project));
    }

    [Fact]
    public void A_pin_that_the_target_tightened_since_is_compared_with()
    {
        using var project = new ProjectRepository();
        project.Git("checkout", "-q", "main");
        project.Model(75);
        project.Check(null);
        project.PinPresent();
        project.Commit();
        project.Git("checkout", "-q", "change");
        project.Model(58);
        project.Commit();

        var outcome = project.Check();

        Assert.Equal(75, outcome.Results.Gate.Rules.First(rule => rule.Metric == "worst-case-accuracy").BaselineCount);
        Assert.Contains("RG1001", ProjectRepository.Codes(outcome));
    }
}
