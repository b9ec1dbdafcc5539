using System.Text;
using RobustnessGate.Cli.Terminal;
using RobustnessGate.Diagnostics;
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

    public override void Open() => Streams.Out.WriteLine($"::stop-commands::{Token}");

    public override void Report(IEnumerable<Finding> findings)
    {
        Streams.Out.WriteLine($"::{Token}::");
        Streams.Out.Write(WorkflowAnnotations.Render(findings));
        Streams.Out.WriteLine($"::stop-commands::{Token}");
    }

    public override void Close() => Streams.Out.WriteLine($"::{Token}::");

    /// <summary>Most bytes of a job summary, what is in it already included; from 1 MiB on GitHub drops the whole.</summary>
    internal const int SummaryLimit = (1024 * 1024) - 1;

    /// <summary>Adds a report to the job's summary, where there is one.</summary>
    /// <param name="render">The report in at most so many bytes of UTF-8.</param>
    /// <returns>A warning where it cannot be written; the verdict stands without it.</returns>
    public static Finding? AddToSummary(Func<int, string> render)
    {
        if (Environment.GetEnvironmentVariable(SummaryVariable) is not { Length: > 0 } path)
        {
            return null;
        }

        try
        {
            var left = SummaryLimit - (File.Exists(path) ? new FileInfo(path).Length : 0) - 1;
            var text = render((int)Math.Max(0, left));
            if (Encoding.UTF8.GetByteCount(text) > left)
            {
                return Unwritten("what is in it already leaves no room");
            }

            File.AppendAllText(path, text + "\n");
            return null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return Unwritten(exception.Message.TrimEnd('.'));
        }
    }

    private static Finding Unwritten(string why) => new("RG0931", Severity.Warning, null,
        $"the job's summary cannot be written: {why}. The verdict is not affected; the report is in the output folder.");
}
