using System.Diagnostics;
using RobustnessGate.Cli.Parsing;
using RobustnessGate.Hosting;

namespace RobustnessGate.Cli.Terminal;

/// <summary>What stderr and stdout are and how they may be used.</summary>
/// <param name="asked">Null for the usual verbosity.</param>
/// <param name="noColor">Asked for on the command line.</param>
internal sealed class Screen(Verbosity? asked, bool noColor)
{
    /// <summary>A line may be rewritten only where a person watches: not in a file, a pipe, or a build's log.</summary>
    private readonly bool _isTerminal = !Console.IsErrorRedirected && !noColor
        && IsUnset("NO_COLOR") && IsUnset("CI") && Environment.GetEnvironmentVariable("TERM") != "dumb";

    public Verbosity Verbosity { get; } = asked ?? Verbosity.Normal;

    private ProgressView? _view;

    private readonly long _started = Stopwatch.GetTimestamp();

    /// <summary>Time since the start.</summary>
    public TimeSpan Elapsed => Stopwatch.GetElapsedTime(_started);

    public bool Speaks(Verbosity least) => Verbosity >= least;

    /// <summary>A line of progress.</summary>
    public void Say(string line, Verbosity least = Verbosity.Normal)
    {
        if (Speaks(least))
        {
            Streams.Error.WriteLine(line);
        }
    }

    /// <summary>Shows an evaluation as it runs, where progress is wanted.</summary>
    public Observer Observer()
    {
        if (!Speaks(Verbosity.Normal))
        {
            return Hosting.Observer.Nobody;
        }

        var view = _view = new(Streams.Error, live: _isTerminal, () => Elapsed);
        return new(view.Show, view.Show);
    }

    /// <summary>The evaluation is over: what is said next begins a line of its own.</summary>
    public void EndProgress() => _view?.End();

    /// <summary>Our own mistake: short, unless the whole story was asked for.</summary>
    public static void ReportInternalError(Exception exception, bool inFull)
    {
        Streams.Error.WriteLine($"robustness-gate: internal error: {exception.GetType().Name}: {FirstLine(exception.Message)}");
        Streams.Error.WriteLine(inFull ? exception.ToString() : $"This is a defect of the tool. Run again with {EnvironmentMirror.NameOf("--verbosity")}=diag in the environment for the details, and report them.");
    }

    private static bool IsUnset(string variable) => string.IsNullOrEmpty(Environment.GetEnvironmentVariable(variable));

    private static string FirstLine(string message) => message.Split('\n', 2)[0].TrimEnd('\r');
}
