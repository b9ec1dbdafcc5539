using System.Diagnostics;
using System.Text;

namespace RobustnessGate.Tests.Cli;

/// <summary>The built executable, started as users start it.</summary>
internal static class Tool
{
    /// <summary>The executable of the configuration that these tests were built in.</summary>
    public static string Path { get; } = System.IO.Path.Combine(
        TestData.Root, "tool", "RobustnessGate.Cli", "bin", Configuration(), "net10.0",
        "dotnet-robustness-gate" + (OperatingSystem.IsWindows() ? ".exe" : ""));

    public static ToolRun Run(params string[] args) => Start(TestData.Root, [], args).Wait();

    public static ToolRun RunIn(string folder, params string[] args) => Start(folder, [], args).Wait();

    /// <summary>Starts the tool; its environment holds no mirrored options but those given.</summary>
    public static RunningTool Start(string folder, IEnumerable<(string Name, string Value)> environment, params string[] args)
    {
        var start = new ProcessStartInfo(Path, args)
        {
            WorkingDirectory = folder,
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var name in start.Environment.Keys.Where(name => name.StartsWith("ROBUSTNESS_GATE_", StringComparison.Ordinal)).ToArray())
        {
            start.Environment.Remove(name);
        }

        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        return new RunningTool(Process.Start(start)!);
    }

    private static string Configuration() => new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name;
}

/// <summary>A tool that is running; its output is collected.</summary>
internal sealed class RunningTool : IDisposable
{
    private readonly Task<string> _output;
    private readonly Task<string> _error;
    private readonly StringBuilder _said = new();

    public RunningTool(Process process)
    {
        Process = process;
        _output = process.StandardOutput.ReadToEndAsync();
        _error = Collect(process.StandardError);
    }

    public Process Process { get; }

    /// <summary>Waits for a line on stderr.</summary>
    public void WaitForLine(Func<string, bool> isMeant)
    {
        for (var attempt = 0; attempt < 2400; attempt++)
        {
            lock (_said)
            {
                if (_said.ToString().Split('\n').Any(isMeant))
                {
                    return;
                }
            }

            Thread.Sleep(50);
        }

        throw new TimeoutException("the tool did not say what was waited for within two minutes");
    }

    private async Task<string> Collect(StreamReader reader)
    {
        while (await reader.ReadLineAsync() is { } line)
        {
            lock (_said)
            {
                _said.Append(line).Append('\n');
            }
        }

        return _said.ToString();
    }

    public ToolRun Wait()
    {
        using (Process)
        {
            if (!Process.WaitForExit(TimeSpan.FromMinutes(2)))
            {
                Process.Kill(entireProcessTree: true);
                throw new TimeoutException("the tool did not end within two minutes");
            }

            return new(Process.ExitCode, _output.GetAwaiter().GetResult(), _error.GetAwaiter().GetResult());
        }
    }

    public void Dispose() => Process.Dispose();
}

internal sealed record ToolRun(int ExitCode, string Output, string Error)
{
    /// <summary>Both streams, for messages and for what may stand in either.</summary>
    public string Everything => Output + Error;
}
