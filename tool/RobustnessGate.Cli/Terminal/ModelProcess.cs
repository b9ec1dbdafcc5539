using System.CommandLine;
using System.CommandLine.Help;
using System.Diagnostics;
using RobustnessGate.Cli.Channels;
using RobustnessGate.Diagnostics;
using RobustnessGate.Hosting;
using RobustnessGate.Native;

namespace RobustnessGate.Cli.Terminal;

/// <summary>
/// Verbs that open a model run in a process of their own, as the evaluation of <c>check</c> does: native code aborts the
/// process that it runs in, and a model is other people's code, which has no business with the environment of a build.
/// </summary>
internal static class ModelProcess
{
    /// <summary>Before the arguments of that process; behind it the file that it leaves when it came to its end.</summary>
    private const string Marker = "--in-model-process=";

    private static readonly string[] Verbs = ["inspect", "surface", "harden"];

    /// <summary>The file to leave at the end, where this is such a process; null where it is not.</summary>
    public static string? Of(ref string[] args)
    {
        if (args is not [var first, ..] || !first.StartsWith(Marker, StringComparison.Ordinal))
        {
            return null;
        }

        args = args[1..];
        ParentWatch.Begin();
        return first[Marker.Length..];
    }

    public static bool IsNeeded(ParseResult parsed) => Verbs.Contains(parsed.CommandResult.Command.Name) && parsed.Errors.Count == 0 && parsed.Action is not HelpAction;

    /// <param name="args">With what the environment adds: the process sees little of it.</param>
    public static ExitCode Run(string[] args, FindingChannel channel)
    {
        var end = Path.Combine(Path.GetTempPath(), "robustness-gate-end-" + Guid.NewGuid().ToString("N"));
        try
        {
            ProcessInspection.Refuse();
            var command = Sandbox.Around(SameExecutable.With([Marker + end, .. args]));
            var start = new ProcessStartInfo(command.FileName, command.Arguments) { UseShellExecute = false, RedirectStandardInput = true };
            ChildEnvironment.Restrict(start.Environment);
            using var interruption = new Interruption();
            using var process = Process.Start(start) ?? throw new InvalidOperationException($"{command.FileName} was not started");
            // A terminal tells both processes of an interruption, a service only this one.
            using var asked = interruption.Token.Register(() => Ask(process));
            process.WaitForExit();
            if (File.Exists(end))
            {
                return (ExitCode)process.ExitCode;
            }

            if (interruption.Token.IsCancellationRequested)
            {
                return ExitCode.Cancelled;
            }

            channel.Report([Stopped.BeforeItsEnd(process.ExitCode)]);
            return ExitCode.EvaluationCrashed;
        }
        finally
        {
            File.Delete(end);
        }
    }

    private static void Ask(Process process)
    {
        try
        {
            process.StandardInput.WriteLine();
            process.StandardInput.Flush();
        }
        catch (IOException)
        {
            // It has ended by itself.
        }
    }
}
