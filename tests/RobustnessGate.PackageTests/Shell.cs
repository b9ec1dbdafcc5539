using System.Diagnostics;
using System.Text;

namespace RobustnessGate.PackageTests;

/// <summary>Runs commands as a user's shell does.</summary>
internal static class Shell
{
    public static ShellRun Run(string folder, IReadOnlyDictionary<string, string> environment, string file, params string[] args)
    {
        // A test run in the background ignores Ctrl+C, and so would all that it starts.
        var start = new ProcessStartInfo("env", ["--default-signal=INT", file, .. args])
        {
            WorkingDirectory = folder,
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = Encoding.UTF8,
            StandardErrorEncoding = Encoding.UTF8,
        };
        foreach (var name in start.Environment.Keys.Where(IsOfThisTestRun).ToArray())
        {
            start.Environment.Remove(name);
        }

        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        var watch = Stopwatch.StartNew();
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        if (!process.WaitForExit(TimeSpan.FromMinutes(8)))
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"{file} {string.Join(' ', args)} did not end within eight minutes");
        }

        return new(process.ExitCode, output.GetAwaiter().GetResult() + error.GetAwaiter().GetResult(), watch.Elapsed);
    }

    /// <summary>What 'dotnet test' leaves in the environment would steer the builds that these tests start.</summary>
    private static bool IsOfThisTestRun(string name) =>
        name.StartsWith("ROBUSTNESS_GATE_", StringComparison.Ordinal)
        || name.StartsWith("MSBuild", StringComparison.OrdinalIgnoreCase)
        || name.StartsWith("VSTEST", StringComparison.OrdinalIgnoreCase)
        || name is "CI" or "DOTNET_HOST_PATH" or "DOTNET_CLI_CONTEXT_VERBOSE";
}

/// <param name="Output">stdout, then stderr.</param>
internal sealed record ShellRun(int ExitCode, string Output, TimeSpan Elapsed)
{
    public ShellRun Succeeded()
    {
        Assert.True(ExitCode == 0, $"exit code {ExitCode}: {Output}");
        return this;
    }

    /// <summary>Lines that are diagnostics of ours, each once (MSBuild repeats them in its summary), without its additions.</summary>
    public string[] Diagnostics() =>
        [.. Output.Split('\n').Select(line => line.Trim()).Where(line => line.Contains(" RG", StringComparison.Ordinal) && (line.Contains(": error RG", StringComparison.Ordinal) || line.Contains(": warning RG", StringComparison.Ordinal)))
            .Select(line => line.LastIndexOf(" [", StringComparison.Ordinal) is > 0 and var cut && line.EndsWith("proj]", StringComparison.Ordinal) ? line[..cut] : line)
            .Select(line => line[Math.Max(0, line.IndexOf("robustness.yml(", StringComparison.Ordinal))..])
            .Distinct()];
}
