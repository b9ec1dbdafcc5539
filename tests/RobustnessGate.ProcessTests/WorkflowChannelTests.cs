using RobustnessGate.Tests.Cli;

namespace RobustnessGate.ProcessTests;

public sealed class WorkflowChannelTests : IDisposable
{
    private readonly Workspace _work = new();

    public WorkflowChannelTests() => _work.WritePolicy(extra: "report: { formats: [github] }");

    [Fact]
    public void Commands_that_the_policy_stopped_are_taken_again_at_the_end()
    {
        var lines = Check(_work["summary.md"]).Output.TrimEnd().Split('\n');

        var stop = lines.First(line => line.StartsWith("::stop-commands::", StringComparison.Ordinal));
        Assert.Equal($"::{stop["::stop-commands::".Length..]}::", lines[^1]);
    }

    [Fact]
    public void A_summary_that_cannot_be_written_is_a_warning_and_keeps_the_verdict()
    {
        var run = Check(_work.Folder);

        Assert.Equal(6, run.ExitCode);
        Assert.Contains("::warning title=RG0931", run.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, true)]
    [InlineData(900, true)]
    [InlineData(10, false)]
    public void What_the_summary_holds_already_counts(int left, bool written)
    {
        const int Limit = 1024 * 1024;
        var before = written ? left * 1000 : Limit - left;
        File.WriteAllText(_work["summary.md"], new string('x', before));

        var run = Check(_work["summary.md"]);

        Assert.Equal(written, new FileInfo(_work["summary.md"]).Length > before);
        Assert.InRange(new FileInfo(_work["summary.md"]).Length, 1, Limit - 1);
        Assert.Equal(!written, run.Output.Contains("RG0931", StringComparison.Ordinal));
    }

    public void Dispose() => _work.Dispose();

    private ToolRun Check(string summary)
    {
        using var tool = Tool.Start(_work.Folder, [("GITHUB_STEP_SUMMARY", summary)], "check", "--in-process");
        return tool.Wait();
    }
}
