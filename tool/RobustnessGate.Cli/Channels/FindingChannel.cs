using System.CommandLine;
using RobustnessGate.Cli.Parsing;
using RobustnessGate.Cli.Terminal;
using RobustnessGate.Diagnostics;

namespace RobustnessGate.Cli.Channels;

/// <summary>How findings reach whoever started the tool: a person, a build, or a workflow.</summary>
internal abstract class FindingChannel
{
    /// <summary>Whether findings are for a machine, so that they must be written even where a summary holds them.</summary>
    public virtual bool IsMachine => true;

    /// <summary>Before anything else is written.</summary>
    public virtual void Open()
    {
    }

    public abstract void Report(IEnumerable<Finding> findings);

    /// <summary>One visible line, whatever a name or a message from elsewhere holds.</summary>
    internal static string Line(Finding finding) => PlainText.Clean(finding.ToString());

    /// <summary>After everything else is written.</summary>
    public virtual void Close()
    {
    }

    /// <summary>The channel that a command line asks for; readable even where the rest of it has mistakes.</summary>
    public static FindingChannel Of(ParseResult parsed)
    {
        if (Value<string>(parsed, BuildChannel.OptionName) is { } prefix && !string.IsNullOrWhiteSpace(prefix))
        {
            return new BuildChannel(prefix);
        }

        return Value<string[]>(parsed, Options.FormatName)?.Contains(WorkflowChannel.Format) == true
            ? new WorkflowChannel() : new PersonChannel();
    }

    private static T? Value<T>(ParseResult parsed, string name)
    {
        var option = parsed.CommandResult.Command.Options.OfType<Option<T>>().FirstOrDefault(option => option.Name == name);
        return option is not null && parsed.GetResult(option) is { } result && !result.Errors.Any() ? result.GetValueOrDefault<T>() : default;
    }
}

/// <summary>On stderr, in the form that editors understand.</summary>
internal sealed class PersonChannel : FindingChannel
{
    public override bool IsMachine => false;

    public override void Report(IEnumerable<Finding> findings)
    {
        foreach (var finding in findings)
        {
            Streams.Error.WriteLine(Line(finding));
        }
    }
}
