using System.Text.Json;
using RobustnessGate.SelfTests;
using RobustnessGate.Tests.Cli;

namespace RobustnessGate.ProcessTests;

public class DoctorVerbTests
{
    /// <summary>A score is worth something only if it can be less than full.</summary>
    [Fact]
    public void A_mutant_that_is_not_noticed_is_missed()
    {
        var seen = new List<SelfTestResult>();

        var results = SelfTest.Run(
            [
                new("passes", _ => new(false, "exit code 0")), new("throws", _ => throw new InvalidOperationException("broken")),
                new("caught", _ => new(true, "exit code 2")),
            ],
            seen.Add, CancellationToken.None);

        Assert.Equal([false, false, true], results.Select(result => result.Caught));
        Assert.Equal(results, seen);
        Assert.Contains("broken", results[1].Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void The_doctor_says_what_is_in_order_and_what_is_not()
    {
        using var work = new Workspace();

        var run = work.Run("doctor");

        Assert.Equal(0, run.ExitCode);
        Assert.Matches("(?m)^ok +libtorch +2\\.", run.Output);
        Assert.Matches("(?m)^ok +policy +robustness.yml: 2 attack results, 2 rules$", run.Output);
        Assert.Matches("(?m)^warning +baseline ", run.Output);
        Assert.Matches("(?m)^warning +git ", run.Output);
    }

    [Fact]
    public void What_would_stop_a_check_stops_the_doctor_alike()
    {
        using var work = new Workspace();

        var run = work.Run("doctor", "-p", "absent.yml", "--json");

        Assert.Equal(4, run.ExitCode);
        using var document = JsonDocument.Parse(run.Output);
        var policy = document.RootElement.EnumerateArray().Single(check => check.GetProperty("name").GetString() == "policy");
        Assert.Equal("failed", policy.GetProperty("health").GetString());
        Assert.StartsWith("RG0101", policy.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }
}
