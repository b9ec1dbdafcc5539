using System.CommandLine;
using System.CommandLine.Parsing;
using RobustnessGate.Diagnostics;
using RobustnessGate.Policies.Binding;

namespace RobustnessGate.Cli.Parsing;

/// <summary>What is wrong with a command line, as findings.</summary>
internal static class CommandLineFindings
{
    /// <param name="mirrored">Options that the environment gave: nobody finds on the command line what was not typed there.</param>
    public static IEnumerable<Finding> Of(ParseResult parsed, IReadOnlyList<Option> mirrored)
    {
        var command = parsed.CommandResult.Command;
        var help = $"'{string.Join(' ', Path(parsed.CommandResult).Append("--help"))}' lists what is understood.";
        foreach (var token in Unknown(parsed.UnmatchedTokens))
        {
            yield return Error("RG0001", $"'{token}' is neither a verb nor an option here.{Suggestion(token, command)} {help}");
        }

        foreach (var error in parsed.Errors.Where(error => !IsAboutUnmatched(error, parsed)))
        {
            yield return error.SymbolResult is CommandResult && command.Subcommands.Count > 0
                ? Error("RG0003", $"a verb is missing: {string.Join(", ", Verbs(command))}. {help}")
                : Error("RG0002", error.Message + Source(error, mirrored));
        }
    }

    private static string Source(ParseError error, IReadOnlyList<Option> mirrored) =>
        error.SymbolResult is OptionResult { Option: var option } && mirrored.Contains(option)
            ? $" It comes from the environment: {EnvironmentMirror.NameOf(option.Name)}." : "";

    private static bool IsAboutUnmatched(ParseError error, ParseResult parsed) =>
        parsed.UnmatchedTokens.Any(token => error.Message.Contains($"'{token}'", StringComparison.Ordinal))
        || (parsed.UnmatchedTokens.Count > 0 && error.SymbolResult is CommandResult);

    /// <summary>Without the values of unknown options, which nobody meant as words of their own.</summary>
    private static IEnumerable<string> Unknown(IReadOnlyList<string> tokens) =>
        tokens.Where((token, i) => i == 0 || token.StartsWith('-') || !tokens[i - 1].StartsWith('-'));

    private static string Suggestion(string token, Command command)
    {
        var known = Verbs(command).Concat(EnvironmentMirror.MirroredOptions(command).Select(option => option.Name));
        return Nearest.To(token, known) is { } name ? $" Did you mean '{name}'?" : "";
    }

    private static IEnumerable<string> Verbs(Command command) =>
        command.Subcommands.Where(verb => !verb.Hidden).Select(verb => verb.Name);

    private static IEnumerable<string> Path(SymbolResult result) =>
        result is CommandResult { Command: not RootCommand } command
            ? Path(command.Parent!).Append(command.Command.Name) : ["dotnet", "robustness-gate"];

    private static Finding Error(string code, string message) => new(code, Severity.Error, null, message);
}
