using RobustnessGate.Tests.Cli;
using RobustnessGate.Tests.Publishing;

namespace RobustnessGate.ProcessTests;

public class CommentVerbTests
{
    [Fact]
    public void The_report_of_the_last_check_becomes_a_comment()
    {
        using var work = Workspace.Checked();
        using var server = new FakeGitHub();

        var run = Comment(work, server, "--pull-request", "7");

        Assert.True(run.ExitCode == 0, run.Everything);
        var comment = Assert.Single(server.Comments);
        Assert.StartsWith("<!-- robustness-gate:default -->\n### ❌ Not judged", comment.Body, StringComparison.Ordinal);
        Assert.EndsWith("<sub>The figures come from the pull request's own run, and follow from its outcomes sample by sample.</sub>\n", comment.Body, StringComparison.Ordinal);
    }

    [Fact]
    public void Figures_that_do_not_add_up_are_said_first()
    {
        using var work = Workspace.Checked();
        using var server = new FakeGitHub();
        var file = work["artifacts/robustness/results.json"];
        File.WriteAllText(file, File.ReadAllText(file).Replace("\"verdict\": \"failed\"", "\"verdict\": \"passed\"", StringComparison.Ordinal));

        var run = Comment(work, server, "--pull-request", "7");

        Assert.True(run.ExitCode == 0, run.Everything);
        Assert.StartsWith("<!-- robustness-gate:default -->\n### ❌ The figures do not add up", Assert.Single(server.Comments).Body, StringComparison.Ordinal);
    }

    [Fact]
    public void What_was_not_recomputed_is_said_first()
    {
        using var work = Workspace.Checked();
        using var server = new FakeGitHub();
        File.AppendAllText(work["robustness.yml"], "# edited\n");

        var run = Comment(work, server, "--pull-request", "7");

        Assert.True(run.ExitCode == 0, run.Everything);
        Assert.StartsWith("<!-- robustness-gate:default -->\n### ⚠️ Not verified", Assert.Single(server.Comments).Body, StringComparison.Ordinal);
    }

    [Fact]
    public void In_a_pull_request_a_baseline_of_its_own_is_not_believed()
    {
        using var work = Workspace.Checked();
        using var server = new FakeGitHub();
        using var tool = Tool.Start(
            work.Folder, [("GITHUB_TOKEN", "secret"), ("GITHUB_API_URL", server.Address.AbsoluteUri), ("GITHUB_REPOSITORY", "o/r"), ("GITHUB_EVENT_PATH", ""), ("GITHUB_BASE_REF", "main")],
            ["comment", "--pull-request", "7"]);

        Assert.Equal(0, tool.Wait().ExitCode);
        Assert.Contains("### ⚠️ Not verified", Assert.Single(server.Comments).Body, StringComparison.Ordinal);
    }

    [Fact]
    public void Results_of_absurd_size_are_not_read()
    {
        using var work = new Workspace();
        using var server = new FakeGitHub();
        Directory.CreateDirectory(work["artifacts/robustness"]);
        using (var file = File.Create(work["artifacts/robustness/results.json"]))
        {
            file.SetLength((64L << 20) + 1);
        }

        var run = Comment(work, server, "--pull-request", "7");

        Assert.Contains("RG0209", run.Error, StringComparison.Ordinal);
        Assert.Empty(server.Requests);
    }

    [Fact]
    public void A_token_is_not_sent_in_the_clear_to_another_machine()
    {
        using var work = new Workspace();
        using var server = new FakeGitHub();

        var run = Comment(work, server, "--pull-request", "7", "--api", "http://github.example");

        Assert.Equal(5, run.ExitCode);
        Assert.Contains("RG0002", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_refusal_warns_and_hides_no_verdict()
    {
        using var work = Workspace.Checked();
        using var server = new FakeGitHub { Refuses = true };

        var run = Comment(work, server, "--pull-request", "7");

        Assert.Equal(0, run.ExitCode);
        Assert.Contains("warning RG0903: the comment was not written: 403", run.Error, StringComparison.Ordinal);
        Assert.Contains("::warning title=RG0903%3A the comment was refused::", run.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", run.Everything, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_results_there_is_nothing_to_say()
    {
        using var work = new Workspace();
        using var server = new FakeGitHub();

        var run = Comment(work, server, "--pull-request", "7");

        Assert.Equal(8, run.ExitCode);
        Assert.Empty(server.Requests);
    }

    [Fact]
    public void A_token_is_taken_from_the_environment_alone()
    {
        using var work = Workspace.Checked();

        var run = work.Run("comment", "--repository", "o/r", "--pull-request", "7");

        Assert.Equal(5, run.ExitCode);
        Assert.Contains("GITHUB_TOKEN", run.Error, StringComparison.Ordinal);
    }

    private static ToolRun Comment(Workspace work, FakeGitHub server, params string[] args)
    {
        using var tool = Tool.Start(
            work.Folder, [("GITHUB_TOKEN", "secret"), ("GITHUB_API_URL", server.Address.AbsoluteUri), ("GITHUB_REPOSITORY", "o/r"), ("GITHUB_EVENT_PATH", ""), ("GITHUB_ACTIONS", "true")],
            ["comment", .. args]);
        return tool.Wait();
    }
}
