using RobustnessGate.Diagnostics;
using RobustnessGate.Facts;
using RobustnessGate.Gating;
using RobustnessGate.Native;
using RobustnessGate.Reports;
using RobustnessGate.Results;

namespace RobustnessGate.Tests;

public class HeadlineTests
{
    [Theory]
    [InlineData(ExitCode.InternalError)]
    [InlineData(ExitCode.Cancelled)]
    [InlineData(ExitCode.InvalidInput)]
    [InlineData(ExitCode.BadCommandLine)]
    [InlineData(ExitCode.EvaluationCrashed)]
    internal void What_stopped_the_evaluation_is_the_reason(ExitCode exit)
    {
        var policy = Scene.Policy(Scene.Natural(min: 0));
        var facts = EvaluationFacts.Empty with
        {
            Findings = [new("RG0330", Severity.Note, null, "a note"), new("RG0909", Severity.Error, null, "the disk is full")],
        };
        var headline = Headline.Of(ResultsDocument.Of(policy, facts, new(Verdict.Failed, exit, policy.Gate.Alpha, null, [], [], null, null), Scene.Tool));

        Assert.StartsWith("Not judged: ", headline.Title, StringComparison.Ordinal);
        Assert.Equal("the disk is full", headline.Detail);
    }

    [Fact]
    public void The_version_of_libtorch_is_that_of_a_release() => Assert.Matches(@"^2\.10\.[0-9]+$", LibTorch.LoadedVersion);
}
