using RobustnessGate.SelfTests;
using RobustnessGate.Tests.Cli;

namespace RobustnessGate.SlowTests;

public class DoctorVerbTests
{
    [Fact]
    public void The_self_test_catches_every_mutant()
    {
        var run = Tool.Run("doctor", "--self-test");

        var mutants = SelfTest.Cases.Count(test => !test.IsControl);
        Assert.True(run.ExitCode == 0, run.Everything);
        Assert.DoesNotContain("MISSED", run.Output, StringComparison.Ordinal);
        Assert.EndsWith($"self-test: {mutants} of {mutants} mutants caught\n", run.Output, StringComparison.Ordinal);
    }
}
