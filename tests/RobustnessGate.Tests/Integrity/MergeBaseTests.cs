using RobustnessGate.Diagnostics;
using RobustnessGate.Hosting;
using RobustnessGate.UseCases;

namespace RobustnessGate.Tests.Integrity;

/// <summary>Where git cannot say what a change began from, nothing passes.</summary>
public class MergeBaseTests
{
    [Fact]
    public void A_detached_head_hides_nothing()
    {
        using var project = new ProjectRepository();
        project.Replace("robustness.yml", "min: 0.4", "min: 0.1");
        project.Commit();
        project.Git("checkout", "-q", "--detach");

        var outcome = project.Check();

        Assert.Equal((ExitCode.GateFailed, "RG0501"), (outcome.ExitCode, ProjectRepository.Codes(outcome).First()));
    }

    /// <summary>What a checkout action with its default depth leaves behind.</summary>
    [Theory]
    [InlineData("git:main", "'main' is not in it")]
    [InlineData("git:refs/remotes/origin/main", "is not in it")]
    public void A_shallow_clone_is_6(string baseline, string words)
    {
        using var project = new ProjectRepository();
        project.Replace("robustness.yml", "min: 0.4", "min: 0.1");
        project.Commit();
        using var clone = Clone(project, "--depth", "1", "--branch", "change");

        Refused(clone.Check(baseline), "RG0517", words);
    }

    [Fact]
    public void A_shallow_clone_that_has_the_branch_but_not_its_history_is_6()
    {
        using var project = new ProjectRepository();
        project.Model(61);
        project.Commit();
        using var clone = Clone(project, "--depth", "1", "--no-single-branch", "--branch", "change");

        Refused(clone.Check("git:refs/remotes/origin/main"), "RG0517", "where this change parted");
    }

    [Fact]
    public void Unrelated_histories_are_6()
    {
        using var project = new ProjectRepository();
        project.Git("checkout", "-q", "--orphan", "other");
        project.Git("commit", "-qm", "other");

        Refused(project.Check(), "RG0518", "no commit in common");
    }

    [Theory]
    [InlineData("git:absent")]
    [InlineData("git:")]
    [InlineData("git:--upload-pack=x")]
    [InlineData("git:main..change")]
    [InlineData("git:main:robustness.yml")]
    public void A_target_that_is_none_is_6(string baseline)
    {
        using var project = new ProjectRepository();

        Refused(project.Check(baseline), "RG0516", "is no commit of this repository");
    }

    [Fact]
    public void A_folder_without_a_repository_is_6()
    {
        using var project = new ProjectRepository();
        foreach (var file in new DirectoryInfo(project[".git"]).EnumerateFiles("*", SearchOption.AllDirectories))
        {
            file.IsReadOnly = false;
        }

        Directory.Delete(project[".git"], recursive: true);

        Refused(project.Check(), "RG0515", "is in no git repository");
    }

    [Fact]
    public void A_repository_without_a_commit_is_6()
    {
        using var project = new ProjectRepository(empty: true);
        project.Git("init", "-q");
        using var other = new ProjectRepository();
        foreach (var name in new[] { "robustness.yml", "images.txt", "labels.txt", "model.txt" })
        {
            File.Copy(other[name], project[name]);
        }

        Refused(project.Check(), "RG0515", "no commit yet");
    }

    [Fact]
    public void A_policy_that_was_no_policy_is_6()
    {
        using var project = new ProjectRepository();
        project.Git("checkout", "-q", "main");
        var good = project.Read("robustness.yml");
        project.Write("robustness.yml", "version: 1\nnonsense: true\n");
        project.Commit();
        project.Git("checkout", "-q", "-b", "mended");
        project.Write("robustness.yml", good);
        project.Commit();

        Refused(project.Check(), "RG0520", "cannot be read by this version");
    }

    [Fact]
    public void A_baseline_that_was_damaged_is_6()
    {
        using var project = new ProjectRepository();
        project.Git("checkout", "-q", "main");
        project.Replace("robustness.baseline.json", "\"seed\": 7", "\"seed\": 8");
        project.Commit();
        project.Git("checkout", "-q", "-b", "next");

        Refused(project.Check(), "RG0204", "digest");
    }

    [Theory]
    [InlineData("git:refs/remotes/origin/main", "GITHUB_BASE_REF", "main")]
    [InlineData("git:refs/remotes/origin/main", "SYSTEM_PULLREQUEST_TARGETBRANCH", "refs/heads/main")]
    [InlineData("git:refs/remotes/origin/release/2", "CI_MERGE_REQUEST_TARGET_BRANCH_NAME", "release/2")]
    [InlineData("git:refs/remotes/origin/release/2", "GITHUB_REF", "refs/heads/gh-readonly-queue/release/2/pr-12-0a1b")]
    [InlineData(null, "GITHUB_REF", "refs/heads/main")]
    [InlineData(null, "GITHUB_BASE_REF", "")]
    public void Auto_is_the_target_of_a_pull_request(string? expected, string variable, string value) =>
        Assert.Equal(expected, TargetBranch.Resolve("auto", name => name == variable ? value : null));

    private static ProjectRepository Clone(ProjectRepository project, params string[] arguments)
    {
        var clone = new ProjectRepository(empty: true);
        ProjectRepository.Run(clone.Folder, ["clone", "-q", .. arguments, new Uri(project.Folder).AbsoluteUri, "."]);
        return clone;
    }

    private static void Refused(CheckOutcome outcome, string code, string words)
    {
        var finding = Assert.Single(outcome.Results.Gate.Findings);
        Assert.Equal((code, Severity.Error, ExitCode.BaselineUnusable), (finding.Code, finding.Severity, outcome.ExitCode));
        Assert.Contains(words, finding.Message, StringComparison.Ordinal);
        Assert.Null(outcome.Results.Natural);
    }
}
