using RobustnessGate.Diagnostics;
using RobustnessGate.Hosting;

namespace RobustnessGate.Tests.Integrity;

/// <summary>What git's own comparison would not show, and what git can be made to believe: the bytes that are read count.</summary>
public class TrustedContentTests
{
    /// <summary>Names of changed files below the folder of data, whatever git says of them.</summary>
    private static string[] Changed(ProjectRepository project, string path = "data") =>
        [.. RobustnessGate.Hosting.Git.Open(project["robustness.yml"]).Changed("main", [project[path]]).Names];

    private static ProjectRepository WithData()
    {
        var project = new ProjectRepository();
        project.Git("checkout", "-q", "main");
        Directory.CreateDirectory(project["data/a"]);
        Directory.CreateDirectory(project["store"]);
        project.Write("data/a/1.txt", "one\n");
        project.Write("data/a/2.txt", "two\n");
        project.Write("store/3.txt", "three\n");
        File.CreateSymbolicLink(project["data/a/3.txt"], "../../store/3.txt");
        project.Git("add", ".");
        project.Git("commit", "-qm", "data");
        project.Git("checkout", "-q", "-B", "change");
        return project;
    }

    [Fact]
    public void What_is_unchanged_is_not_named()
    {
        using var project = WithData();
        project.Write("data/.hidden", "x");
        Assert.Empty(Changed(project));
    }

    [Theory]
    [InlineData("--assume-unchanged")]
    [InlineData("--skip-worktree")]
    public void An_index_that_looks_away_hides_nothing(string flag)
    {
        using var project = WithData();
        project.Git("update-index", flag, "data/a/1.txt");
        project.Write("data/a/1.txt", "other\n");
        Assert.Equal(["data/a/1.txt"], Changed(project));
    }

    [Fact]
    public void An_untracked_or_ignored_file_in_a_tracked_folder_is_named()
    {
        using var project = WithData();
        project.Write(".gitignore", "out/\ndata/a/9.txt\n");
        project.Write("data/a/8.txt", "x");
        project.Write("data/a/9.txt", "x");
        Assert.Equal(["data/a/8.txt", "data/a/9.txt"], Changed(project));
    }

    [Fact]
    public void A_folder_that_was_never_tracked_has_nothing_to_be_compared_with()
    {
        using var project = WithData();
        Directory.CreateDirectory(project["fetched"]);
        project.Write("fetched/1.txt", "x");
        Assert.Empty(Changed(project, "fetched"));
    }

    [Fact]
    public void A_link_inside_a_folder_counts_by_what_stands_behind_it()
    {
        using var project = WithData();
        project.Write("store/3.txt", "edited\n");
        Assert.Equal(["store/3.txt"], Changed(project));

        project.Write("store/3.txt", "three\n");
        File.Delete(project["data/a/1.txt"]);
        File.CreateSymbolicLink(project["data/a/1.txt"], "2.txt");
        Assert.Equal(["data/a/1.txt"], Changed(project));
    }

    [Fact]
    public void A_missing_file_is_named()
    {
        using var project = WithData();
        File.Delete(project["data/a/2.txt"]);
        Assert.Equal(["data/a/2.txt"], Changed(project));
    }

    /// <summary>Under "text" a carriage return before a line feed makes no difference to git.</summary>
    [Fact]
    public void Attributes_of_the_change_do_not_excuse_its_bytes()
    {
        using var project = WithData();
        project.Write(".gitattributes", "*.txt text eol=crlf\n");
        project.Write("data/a/1.txt", "one\r\n");
        Assert.Equal(["data/a/1.txt"], Changed(project));
    }

    [Fact]
    public void Line_endings_that_the_commit_itself_asks_for_are_no_change()
    {
        using var project = new ProjectRepository();
        project.Git("checkout", "-q", "main");
        project.Write(".gitattributes", "*.csv text eol=crlf\n");
        project.Write("table.csv", "1,2\r\n");
        project.Git("add", ".");
        project.Git("commit", "-qm", "table");
        Assert.Empty(Changed(project, "table.csv"));
        project.Write("table.csv", "1,3\r\n");
        Assert.Equal(["table.csv"], Changed(project, "table.csv"));
    }

    /// <summary>A replacement lets git show another object under an old name.</summary>
    [Fact]
    public void A_replaced_object_is_not_believed()
    {
        using var project = new ProjectRepository();
        project.Model(39);
        project.Replace("robustness.yml", "max-drop: 0.1,", "max-drop: 0.9,");
        project.Commit();
        project.Git("replace", project.Git("rev-parse", "main:robustness.yml"), project.Git("rev-parse", "change:robustness.yml"));

        var outcome = project.Check();

        Assert.Equal(ExitCode.GateFailed, outcome.ExitCode);
        Assert.Contains("RG0501", ProjectRepository.Codes(outcome));
    }

    [Fact]
    public void Nothing_in_the_environment_leads_git_elsewhere()
    {
        var environment = new Dictionary<string, string?>
        {
            ["GIT_DIR"] = "x", ["GIT_WORK_TREE"] = "x", ["GIT_OBJECT_DIRECTORY"] = "x", ["GIT_ALTERNATE_OBJECT_DIRECTORIES"] = "x", ["GIT_INDEX_FILE"] = "x",
            ["GIT_CONFIG_COUNT"] = "1", ["GIT_CONFIG_KEY_0"] = "x", ["GIT_CONFIG_GLOBAL"] = "x", ["GIT_REPLACE_REF_BASE"] = "x", ["GIT_NAMESPACE"] = "x",
            ["GIT_EXTERNAL_DIFF"] = "x", ["GIT_SHALLOW_FILE"] = "x", ["GIT_GRAFT_FILE"] = "x", ["PATH"] = "p", ["GIT_SSH_COMMAND"] = "s",
        };

        GitProgram.Isolate(environment);

        Assert.DoesNotContain("x", environment.Values);
        Assert.Equal("p", environment["PATH"]);
        Assert.Equal("s", environment["GIT_SSH_COMMAND"]);
    }

    [Theory]
    [InlineData("git:main", "main")]
    [InlineData("git:origin/main", "origin/main")]
    public void A_tag_does_not_capture_the_target(string baseline, string tag)
    {
        using var project = new ProjectRepository();
        project.Git("update-ref", "refs/remotes/origin/main", "main");
        project.Model(39);
        project.Commit();
        project.Git("tag", tag, "change");

        var outcome = project.Check(baseline);

        Assert.Equal(ExitCode.BaselineUnusable, outcome.ExitCode);
        Assert.Contains("RG0516", ProjectRepository.Codes(outcome));
    }

    [Fact]
    public void A_tag_does_not_capture_a_branch_that_only_origin_has()
    {
        using var project = new ProjectRepository();
        project.Git("update-ref", "refs/remotes/origin/main", "main");
        project.Git("branch", "-q", "-D", "main");
        project.Model(39);
        project.Commit();
        project.Git("tag", "main", "change");

        Assert.Equal(ExitCode.BaselineUnusable, project.Check().ExitCode);
        Assert.Equal(ExitCode.GateFailed, project.Check("git:refs/remotes/origin/main").ExitCode);
    }

    [Fact]
    public void A_policy_that_is_a_link_at_the_merge_base_is_followed()
    {
        using var project = new ProjectRepository();
        project.Git("checkout", "-q", "main");
        Directory.CreateDirectory(project["ci"]);
        project.Git("mv", "robustness.yml", "ci/policy.yml");
        File.CreateSymbolicLink(project["robustness.yml"], "ci/policy.yml");
        project.Git("add", ".");
        project.Git("commit", "-qm", "a link");
        project.Git("checkout", "-q", "-B", "change");
        Assert.Equal(ExitCode.Passed, project.Check().ExitCode);

        project.Model(39);
        project.Commit();
        Assert.Equal(ExitCode.GateFailed, project.Check().ExitCode);
    }
}
