using RobustnessGate.Results;
using RobustnessGate.UseCases;

namespace RobustnessGate.Tests.Integrity;

/// <summary>What whoever writes results can write into them, beside what the repository holds.</summary>
public class VerificationTests
{
    private static string[] Differences(ProjectRepository project, string? baseline) =>
        [.. StoredResults.Verify(project["out/results.json"], project["robustness.yml"], baseline).Differences.Select(finding => finding.Message)];

    [Fact]
    public void Honest_results_are_verified_against_whatever_they_were_held_to()
    {
        using var project = new ProjectRepository();
        project.Model(58);
        project.Commit();
        project.Check();
        Assert.Empty(Differences(project, null));
        Assert.Empty(Differences(project, "git:main"));

        project.Check(null);
        Assert.Empty(Differences(project, null));
        Assert.Empty(Differences(project, project["robustness.baseline.json"]));
        Assert.Contains("held to no commit", Assert.Single(Differences(project, "git:main")), StringComparison.Ordinal);
    }

    /// <summary>A commit of the change's own, with a judge to its liking.</summary>
    [Fact]
    public void A_merge_base_of_the_change_s_own_making_is_none()
    {
        using var project = new ProjectRepository();
        project.Model(39);
        project.Replace("robustness.yml", "max-drop: 0.1, min: 0.4", "max-drop: 0.9, min: 0.01");
        project.Replace("robustness.yml", "max-total-drop: 0.15", "max-total-drop: 0.9");
        project.Commit();
        var outcome = project.Check("git:" + project.Git("rev-parse", "HEAD"));
        Assert.Equal(0, outcome.Results.ExitCode);
        Assert.Empty(Differences(project, null));

        Assert.Contains("no part of the history of 'main'", Assert.Single(Differences(project, "git:main")), StringComparison.Ordinal);
    }

    /// <summary>An old commit of the target, from before a hardening.</summary>
    [Fact]
    public void A_merge_base_with_a_weaker_judge_than_the_target_s_is_named()
    {
        using var project = new ProjectRepository();
        var old = project.Git("rev-parse", "main");
        project.Git("checkout", "-q", "main");
        project.Replace("robustness.yml", "min: 0.4", "min: 0.55");
        project.Commit();
        project.Git("checkout", "-q", "change");
        project.Model(52);
        project.Commit();
        Assert.Equal(0, project.Check("git:" + old).Results.ExitCode);

        Assert.Contains(Differences(project, "git:main"), difference =>
            difference.StartsWith("gate.rules.worst-case-accuracy-linf-0.3.min: the run was held to 0.4, 'main' at ", StringComparison.Ordinal));
    }

    [Fact]
    public void Pinned_outcomes_that_are_not_those_of_the_file_are_named_in_one_line()
    {
        using var project = new ProjectRepository();
        project.Model(58);
        project.Check(null);
        File.Copy(project["robustness.baseline.json"], project["kept.json"]);
        project.PinPresent();
        Assert.Equal(0, project.Check(null).Results.ExitCode);
        File.Copy(project["kept.json"], project["robustness.baseline.json"], overwrite: true);

        Assert.Contains("are not those of", Assert.Single(Differences(project, null)), StringComparison.Ordinal);
        File.Delete(project["robustness.baseline.json"]);
        Assert.Contains("there is no file", Assert.Single(Differences(project, null)), StringComparison.Ordinal);
    }

    [Fact]
    public void Results_without_pinned_outcomes_are_not_verified_where_there_are_some()
    {
        using var project = new ProjectRepository();
        project.Check(null);
        var stored = StoredResults.Read(project["out/results.json"]);
        project.Write("out/results.json", ResultsFile.Render(stored with { Baseline = null }));

        Assert.Contains("compared with nothing", Assert.Single(Differences(project, null)), StringComparison.Ordinal);
    }
}
