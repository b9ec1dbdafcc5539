using System.CommandLine;
using System.CommandLine.Parsing;
using RobustnessGate.Gating;

namespace RobustnessGate.Cli.Parsing;

/// <summary>
/// How findings reach whoever started the tool. A person reads them on stderr. A build names a prefix that nobody else
/// knows, and takes the lines of stdout that begin with it, and only those, for diagnostics: what a model prints, be it
/// "Epoch 3: error rate: 0.12", can then not pass for one. The first such line says that this tool speaks the protocol.
/// </summary>
internal sealed class BuildChannel
{
    private readonly string? _prefix;

    private BuildChannel(string? prefix) => _prefix = prefix;

    /// <summary>Whether findings go to a build, so that they must be written even where a summary holds them.</summary>
    public bool IsOpen => _prefix is not null;

    /// <summary>Hidden: the MSBuild tasks alone use it.</summary>
    public static Option<string> Option() => new("--diagnostic-prefix") { Hidden = true };

    public static BuildChannel Of(ParseResult parsed)
    {
        var option = parsed.CommandResult.Command.Options.OfType<Option<string>>().FirstOrDefault(option => option.Name == "--diagnostic-prefix");
        var prefix = option is not null && parsed.GetResult(option) is { Errors: var errors } result && !errors.Any()
            ? result.GetValueOrDefault<string?>() : null;
        return new(string.IsNullOrWhiteSpace(prefix) ? null : prefix);
    }

    public void Greet()
    {
        if (IsOpen)
        {
            Console.Out.WriteLine($"{_prefix}robustness-gate {Check.ToolVersion}");
        }
    }

    public void Report(IEnumerable<Finding> findings)
    {
        var (output, prefix) = IsOpen ? (Console.Out, _prefix) : (Console.Error, "");
        foreach (var finding in findings)
        {
            output.WriteLine(prefix + finding);
        }
    }
}
