using System.Diagnostics;
using RobustnessGate.Cli.Parsing;

namespace RobustnessGate.Cli.Terminal;

/// <summary>What stderr and stdout are and how they may be used.</summary>
/// <param name="asked">Null for the usual verbosity.</param>
/// <param name="noColor">Asked for on the command line.</param>
internal sealed class Screen(Verbosity? asked, bool noColor)
{
    public Verbosity Verbosity { get; } = asked ?? Verbosity.Normal;

    public bool NoColor { get; } = noColor;

    private readonly long _started = Stopwatch.GetTimestamp();

    /// <summary>Time since the start.</summary>
    public TimeSpan Elapsed => Stopwatch.GetElapsedTime(_started);

    public bool Speaks(Verbosity least) => Verbosity >= least;

    /// <summary>A line of progress.</summary>
    public void Say(string line, Verbosity least = Verbosity.Normal)
    {
        if (Speaks(least))
        {
            Console.Error.WriteLine(line);
        }
    }

    public ProgressView? Progress() => Speaks(Verbosity.Normal)
        ? new ProgressView(Console.Error, live: IsTerminal, () => Elapsed) : null;

    /// <summary>Our own mistake: short, unless the whole story was asked for.</summary>
    public static void ReportInternalError(Exception exception, bool inFull)
    {
        Console.Error.WriteLine($"robustness-gate: internal error: {exception.GetType().Name}: {FirstLine(exception.Message)}");
        Console.Error.WriteLine(inFull ? exception.ToString() : $"This is a defect of the tool. Run again with {EnvironmentMirror.NameOf("--verbosity")}=diag in the environment for the details, and report them.");
    }

    /// <summary>A line may be rewritten only where a person watches: not in a file, a pipe, or a build's log.</summary>
    private bool IsTerminal => !Console.IsErrorRedirected && !NoColor
        && IsUnset("NO_COLOR") && IsUnset("CI") && Environment.GetEnvironmentVariable("TERM") != "dumb";

    private static bool IsUnset(string variable) => string.IsNullOrEmpty(Environment.GetEnvironmentVariable(variable));

    private static string FirstLine(string message) => message.Split('\n', 2)[0].TrimEnd('\r');
}
