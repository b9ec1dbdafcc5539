using System.CommandLine;
using RobustnessGate.Cli.Terminal;
using RobustnessGate.Diagnostics;

namespace RobustnessGate.Cli.Channels;

/// <summary>
/// A build names a prefix that nobody else knows, and takes the lines of stdout that begin with it, and only those, for
/// diagnostics: what a model prints, be it "Epoch 3: error rate: 0.12", can then not pass for one. The first such line
/// says that this tool speaks the protocol.
/// </summary>
internal sealed class BuildChannel(string prefix) : FindingChannel
{
    public const string OptionName = "--diagnostic-prefix";

    /// <summary>Hidden: the MSBuild tasks alone use it.</summary>
    public static Option<string> Option() => new(OptionName) { Hidden = true };

    public override void Open() => Streams.Out.WriteLine($"{prefix}robustness-gate {ToolVersion.Text}");

    public override void Report(IEnumerable<Finding> findings)
    {
        foreach (var finding in findings)
        {
            Streams.Out.WriteLine(prefix + Line(finding));
        }
    }
}
