using System.CommandLine;
using System.IO.Pipes;
using System.Runtime.InteropServices;
using RobustnessGate.Cli.Parsing;
using RobustnessGate.Cli.Terminal;
using RobustnessGate.Diagnostics;
using RobustnessGate.Hosting.Capture;

namespace RobustnessGate.Cli.Verbs;

/// <summary><c>collect OUTPUT ERROR END [LOG]</c>, hidden: keeps what is printed in the process that started it, see <see cref="OutputCapture"/>.</summary>
internal static class CollectVerb
{
    public const string Name = "collect";

    public static Command Create()
    {
        var output = new Argument<string>("OUTPUT") { Description = "The pipe for what goes to stdout." };
        var error = new Argument<string>("ERROR") { Description = "Likewise to stderr." };
        var end = new Argument<string>("END") { Description = "Line that says that the work is done." };
        var log = new Argument<string?>("LOG") { Arity = ArgumentArity.ZeroOrOne };
        var verbosity = Options.Verbosity();
        var command = new Command(Name, "Collects what another process prints.") { output, error, end, log, verbosity };
        command.Hidden = true;
        command.SetAction(parsed =>
        {
            // Ctrl+C goes to every process of a terminal. This one ends when the other one does.
            using var interrupted = PosixSignalRegistration.Create(PosixSignal.SIGINT, context => context.Cancel = true);
            using var terminated = PosixSignalRegistration.Create(PosixSignal.SIGTERM, context => context.Cancel = true);
            var collector = new OutputCollector();
            var errors = Task.Run(() => Collect(parsed.GetRequiredValue(error), parsed.GetRequiredValue(end), collector));
            var done = Collect(parsed.GetRequiredValue(output), parsed.GetRequiredValue(end), collector) & errors.GetAwaiter().GetResult();
            CapturedOutputView.Show(
                collector.Collected(), parsed.GetValue(log), new Screen(parsed.GetValue(verbosity), noColor: true), died: !done);
            return (int)ExitCode.Passed;
        });
        return command;
    }

    /// <summary>Collects until the other process says that its work is done, or dies.</summary>
    /// <returns>Whether it said so.</returns>
    private static bool Collect(string pipe, string end, OutputCollector collector)
    {
        var done = false;
        var lines = new LineCutter(line =>
        {
            done = done || line.SequenceEqual(end);
            if (!done)
            {
                collector.Add(line);
            }
        });
        using var stream = new AnonymousPipeClientStream(PipeDirection.In, pipe);
        var buffer = new byte[64 * 1024];
        while (!done && stream.Read(buffer) is > 0 and var count)
        {
            lines.Add(buffer.AsSpan(0, count));
        }

        lines.End();
        return done;
    }
}
