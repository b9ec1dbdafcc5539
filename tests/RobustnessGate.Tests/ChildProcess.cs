using System.Diagnostics;

namespace RobustnessGate.Tests;

/// <summary>Runs the entry point of a test assembly in another process, for what may end a process natively.</summary>
internal static class ChildProcess
{
    /// <summary>
    /// Runs items that a child logs as "start" and then an outcome each, in a new child after every one that dies.
    /// </summary>
    /// <param name="program">The class with the entry point.</param>
    /// <param name="arguments">From the number of items to skip and the log's path, the child's arguments.</param>
    /// <returns>Outcome lines, and the items at which a child died.</returns>
    public static (IReadOnlyList<string> Outcomes, IReadOnlyList<string> Deaths) RunAll(Type program, int count, Func<int, string, string[]> arguments)
    {
        var log = Path.GetTempFileName();
        try
        {
            var deaths = new List<string>();
            for (var done = 0; done < count;)
            {
                var exit = Run(program, arguments(done, log));
                var lines = File.ReadAllLines(log);
                var started = lines.Count(line => line.StartsWith("start\t", StringComparison.Ordinal));
                Assert.True(started > done, $"the child process did nothing and ended with {exit}");
                done = started;
                if (exit != 0)
                {
                    deaths.Add($"{lines[^1]} (exit {exit})");
                }
            }

            return ([.. File.ReadAllLines(log).Where(line => !line.StartsWith("start\t", StringComparison.Ordinal))], deaths);
        }
        finally
        {
            File.Delete(log);
        }
    }

    /// <summary>Runs a child to its end.</summary>
    public static int Run(Type program, string[] arguments)
    {
        var start = Entry(program, arguments);
        start.RedirectStandardError = true;
        using var child = Process.Start(start)!;
        child.StandardError.ReadToEnd();
        child.WaitForExit();
        return child.ExitCode;
    }

    /// <summary>Starts a child with both its outputs redirected.</summary>
    public static Process Start(Type program, params string[] arguments)
    {
        var start = Entry(program, arguments);
        (start.RedirectStandardError, start.RedirectStandardOutput) = (true, true);
        return Process.Start(start)!;
    }

    private static ProcessStartInfo Entry(Type program, string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet");
        foreach (var argument in (string[])["exec", program.Assembly.Location, .. arguments])
        {
            start.ArgumentList.Add(argument);
        }

        return start;
    }
}
