using System.CommandLine;
using System.CommandLine.Help;
using RobustnessGate.Cli.Verbs;

namespace RobustnessGate.Cli.Parsing;

/// <summary>
/// Every option can also be given as an environment variable: <c>--batch-size</c> is <c>ROBUSTNESS_GATE_BATCH_SIZE</c>.
/// The variable is read as if it had been typed, so that its mistakes are reported like those of the command line,
/// and only where the command line does not give the option. A what-if has to be typed.
/// </summary>
internal static class EnvironmentMirror
{
    public static string NameOf(string option) =>
        "ROBUSTNESS_GATE_" + option.TrimStart('-').Replace('-', '_').ToUpperInvariant();

    public static IEnumerable<Option> MirroredOptions(Command command) =>
        command.Options.Where(option => option is not (HelpOption or VersionOption) && option.Name != WhatIf.OptionName);

    /// <summary>The arguments with one <c>--option=value</c> appended for each variable that is set and not overridden.</summary>
    public static string[] Expand(ParseResult parsed, string[] args, Func<string, string?> read)
    {
        var additions = MirroredOptions(parsed.CommandResult.Command)
            .Where(option => parsed.GetResult(option) is null or { Implicit: true })
            .SelectMany(option => Values(option, read(NameOf(option.Name))).Select(value => $"{option.Name}={value}"))
            .ToArray();

        // Whatever follows "--" is not an option.
        var end = Array.IndexOf(args, "--");
        return end < 0 ? [.. args, .. additions] : [.. args[..end], .. additions, .. args[end..]];
    }

    private static IEnumerable<string> Values(Option option, string? text)
    {
        if (string.IsNullOrWhiteSpace(text))
        {
            return [];
        }

        // Repeatable options take a list.
        return option.Arity.MaximumNumberOfValues > 1
            ? text.Split([',', ';'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            : [Flag(option, text.Trim())];
    }

    /// <summary>1 and 0, the customary values of switches in the environment, beside true and false.</summary>
    private static string Flag(Option option, string text) => (option.ValueType == typeof(bool), text) switch
    {
        (true, "1") => "true",
        (true, "0") => "false",
        _ => text,
    };
}
