using System.CommandLine;
using System.CommandLine.Help;
using RobustnessGate.Cli.Verbs;
using RobustnessGate.Diagnostics;
using RobustnessGate.Native;
using RobustnessGate.Policies.Binding;

namespace RobustnessGate.Cli.Parsing;

/// <summary>
/// Every option can also be given as an environment variable: <c>--batch-size</c> is <c>ROBUSTNESS_GATE_BATCH_SIZE</c>.
/// The variable is read as if it had been typed, so that its mistakes are reported like those of the command line,
/// and only where the command line does not give the option. A what-if has to be typed.
/// </summary>
internal static class EnvironmentMirror
{
    private const string Prefix = "ROBUSTNESS_GATE_";

    /// <summary>Variables that mean something without being an option.</summary>
    private static readonly string[] Others = [LibTorch.FolderVariable, Prefix + "EXECUTABLE"];

    public static string NameOf(string option) =>
        Prefix + option.TrimStart('-').Replace('-', '_').ToUpperInvariant();

    public static IEnumerable<Option> MirroredOptions(Command command) =>
        command.Options.Where(option => option is not (HelpOption or VersionOption) && option.Name != WhatIfMode.OptionName);

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

    /// <summary>The options that <see cref="Expand"/> took from the environment.</summary>
    public static IReadOnlyList<Option> FromEnvironment(ParseResult typed, Func<string, string?> read) =>
    [
        .. MirroredOptions(typed.CommandResult.Command)
            .Where(option => typed.GetResult(option) is null or { Implicit: true } && !string.IsNullOrWhiteSpace(read(NameOf(option.Name)))),
    ];

    /// <summary>A warning for each variable that looks like a mirror and is none of any verb: misspelt, it would do nothing in silence.</summary>
    public static IEnumerable<Finding> Unknown(Command root, IEnumerable<string> variables)
    {
        var known = Verbs(root).SelectMany(MirroredOptions).Select(option => NameOf(option.Name)).Concat(Others).Distinct().ToArray();
        return variables.Where(name => name.StartsWith(Prefix, StringComparison.Ordinal) && !known.Contains(name)).Order(StringComparer.Ordinal)
            .Select(name => new Finding("RG0017", Severity.Warning, null,
                $"{name} is set, but no option has this mirror, so it does nothing.{(Nearest.To(name[Prefix.Length..], known.Select(other => other[Prefix.Length..])) is { } near ? $" Did you mean '{Prefix}{near}'?" : "")}"));
    }

    private static IEnumerable<Command> Verbs(Command command) => command.Subcommands.SelectMany(Verbs).Prepend(command);

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
