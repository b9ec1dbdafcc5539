using System.Globalization;
using RobustnessGate.Tests;
using Xunit.Abstractions;

namespace RobustnessGate.SlowTests;

/// <summary>The ONNX conformance suite, where it is installed (Debian: libonnx-testdata); CI must have it.</summary>
public class ConformanceTests(ITestOutputHelper output)
{
    /// <summary>Cases that must pass; all others are refused by name, none is wrong and none ends the process.</summary>
    private const int Floor = 816;

    [ConformanceFact]
    public void The_suite_passes_or_is_refused_by_name()
    {
        var (outcomes, deaths) = ChildProcess.RunAll(
            typeof(Program),
            ConformanceSuite.Cases(ConformanceSuite.Folder).Count,
            (skip, log) => ["onnx-conformance", ConformanceSuite.Folder, skip.ToString(CultureInfo.InvariantCulture), log]);
        var refused = outcomes.Where(line => line.StartsWith("refused\t", StringComparison.Ordinal)).ToList();
        var passed = outcomes.Count(line => line.StartsWith("pass\t", StringComparison.Ordinal));

        output.WriteLine($"{passed} pass, {refused.Count} are refused by name, {deaths.Count} end the process");
        Assert.Empty(deaths);
        Assert.DoesNotContain(outcomes, line => line.StartsWith("wrong\t", StringComparison.Ordinal));
        Assert.All(refused, line => Assert.NotEmpty(line.Split('\t')[1]));
        Assert.Equal(1072, passed + refused.Count);
        Assert.True(passed >= Floor, $"{passed} pass, {refused.Count} refused");
    }
}

/// <summary>Skipped where the suite is not installed, except in CI.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class ConformanceFactAttribute : FactAttribute
{
    public ConformanceFactAttribute()
    {
        if (!Directory.Exists(ConformanceSuite.Folder) && Environment.GetEnvironmentVariable("CI") != "true")
        {
            Skip = "needs the package libonnx-testdata";
        }
    }
}
