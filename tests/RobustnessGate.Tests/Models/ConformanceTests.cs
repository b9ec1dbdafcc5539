using System.Diagnostics;
using System.Globalization;

namespace RobustnessGate.Tests.Models;

/// <summary>The ONNX conformance suite, where it is installed (Debian: libonnx-testdata); CI must have it.</summary>
public sealed class ConformanceTests : IDisposable
{
    private readonly string _log = Path.GetTempFileName();

    /// <summary>Cases that must pass; all others are refused by name, none is wrong and none ends the process.</summary>
    private const int Floor = 816;

    [ConformanceFact]
    public void TheSuitePassesOrIsRefusedByName()
    {
        var cases = ConformanceSuite.Cases(ConformanceSuite.Folder);
        var crashed = new List<string>();
        var done = 0;
        while (done < cases.Count)
        {
            var exit = RunChild(done);
            var lines = File.ReadAllLines(_log);
            done = lines.Count(line => line.StartsWith("start\t", StringComparison.Ordinal));
            if (exit != 0)
            {
                crashed.Add($"{lines[^1]} (exit {exit})");
            }
        }

        var outcomes = File.ReadAllLines(_log).Where(line => !line.StartsWith("start\t", StringComparison.Ordinal)).ToList();
        var wrong = outcomes.Where(line => line.StartsWith("wrong\t", StringComparison.Ordinal)).ToList();
        var refused = outcomes.Where(line => line.StartsWith("refused\t", StringComparison.Ordinal)).ToList();
        var passed = outcomes.Count(line => line.StartsWith("pass\t", StringComparison.Ordinal));

        Assert.Empty(crashed);
        Assert.Empty(wrong);
        Assert.All(refused, line => Assert.NotEmpty(line.Split('\t')[1]));
        Assert.Equal(1072, passed + refused.Count);
        Assert.True(passed >= Floor, $"{passed} pass, {refused.Count} refused");
    }

    public void Dispose() => File.Delete(_log);

    private int RunChild(int skip)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!.Contains("dotnet", StringComparison.Ordinal) ? Environment.ProcessPath : "dotnet")
        {
            RedirectStandardError = true,
        };
        foreach (var argument in new[]
        {
            "exec", typeof(ConformanceTests).Assembly.Location, "onnx-conformance",
            ConformanceSuite.Folder, skip.ToString(CultureInfo.InvariantCulture), _log,
        })
        {
            start.ArgumentList.Add(argument);
        }

        using var child = Process.Start(start)!;
        child.StandardError.ReadToEnd();
        child.WaitForExit();
        return child.ExitCode;
    }
}

/// <summary>Skipped where the suite is not installed, except in CI.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class ConformanceFactAttribute : FactAttribute
{
    public ConformanceFactAttribute()
    {
        if (!Directory.Exists(ConformanceSuite.Folder) && Environment.GetEnvironmentVariable("CI") != "true")
        {
            Skip = "needs the package libonnx-testdata";
        }
    }
}
