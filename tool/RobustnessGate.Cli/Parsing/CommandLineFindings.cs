using System.CommandLine;
using System.CommandLine.Parsing;
using RobustnessGate.Gating;

namespace RobustnessGate.Cli.Parsing;

/// <summary>What is wrong with a command line, as findings.</summary>
internal static class CommandLineFindings
{
    public static IEnumerable<Finding> Of(ParseResult parsed)
    {
        var command = parsed.CommandResult.Command;
        var help = $"'{string.Join(' ', Path(parsed.CommandResult).Append("--help"))}' lists what is understood.";
        foreach (var token in parsed.UnmatchedTokens)
        {
            yield return Error("RG0001", $"'{token}' is neither a verb nor an option here.{Suggestion(token, command)} {help}");
        }

        foreach (var error in parsed.Errors.Where(error => !IsAboutUnmatched(error, parsed)))
        {
            yield return error.SymbolResult is CommandResult && command.Subcommands.Count > 0
                ? Error("RG0003", $"a verb is missing: {string.Join(", ", Verbs(command))}. {help}")
                : Error("RG0002", error.Message);
        }
    }

    private static bool IsAboutUnmatched(ParseError error, ParseResult parsed) =>
        parsed.UnmatchedTokens.Any(token => error.Message.Contains($"'{token}'", StringComparison.Ordinal))
        || (parsed.UnmatchedTokens.Count > 0 && error.SymbolResult is CommandResult);

    private static string Suggestion(string token, Command command)
    {
        var known = Verbs(command).Concat(EnvironmentMirror.MirroredOptions(command).Select(option => option.Name));
        var nearest = known.MinBy(name => EditDistance(name, token));
        return nearest is not null && EditDistance(nearest, token) <= Math.Max(2, token.Length / 3)
            ? $" Did you mean '{nearest}'?" : "";
    }

    private static IEnumerable<string> Verbs(Command command) =>
        command.Subcommands.Where(verb => !verb.Hidden).Select(verb => verb.Name);

    private static IEnumerable<string> Path(SymbolResult result) =>
        result is CommandResult { Command: not RootCommand } command
            ? Path(command.Parent!).Append(command.Command.Name) : ["dotnet", "robustness-gate"];

    private static Finding Error(string code, string message) => new(code, Severity.Error, null, message);

    private static int EditDistance(string a, string b)
    {
        var row = Enumerable.Range(0, b.Length + 1).ToArray();
        for (var i = 1; i <= a.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var substitute = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(substitute, 1 + Math.Min(row[j], row[j - 1]));
            }
        }

        return row[^1];
    }
}
