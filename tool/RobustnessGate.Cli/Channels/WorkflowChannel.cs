using RobustnessGate.Gating;
using RobustnessGate.Reports;

namespace RobustnessGate.Cli.Channels;

/// <summary>
/// A GitHub workflow turns lines that look like commands into actions. Until the annotations are written it is told to
/// take no commands, so that nothing that a model or a file name brings can be one.
/// </summary>
internal sealed class WorkflowChannel : FindingChannel
{
    /// <summary>The value of <c>--format</c> that asks for this channel.</summary>
    public const string Format = "github";

    private const string SummaryVariable = "GITHUB_STEP_SUMMARY";

    /// <summary>Ends the silence; nobody else may know it. One for the process, as its stdout is one.</summary>
    private static readonly string Token = Guid.NewGuid().ToString("N");

    public override void Open() => Console.Out.WriteLine($"::stop-commands::{Token}");

    public override void Report(IEnumerable<Finding> findings)
    {
        Console.Out.WriteLine($"::{Token}::");
        Console.Out.Write(WorkflowAnnotations.Render(findings));
        Console.Out.WriteLine($"::stop-commands::{Token}");
    }

    public override void Close() => Console.Out.WriteLine($"::{Token}::");

    /// <summary>Adds a report to the job's summary, where there is one.</summary>
    public static void AddToSummary(string markdown)
    {
        if (Environment.GetEnvironmentVariable(SummaryVariable) is { Length: > 0 } path)
        {
            File.AppendAllText(path, markdown + "\n");
        }
    }
}
