using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.Build.Utilities;

namespace RobustnessGate.Tasks;

/// <summary>
/// The tool's diagnostics: <c>file(line,column): error CODE: message</c>. They are logged with their parts apart, so that
/// NoWarn, WarningsAsErrors, editors and binary logs know the code and the place.
/// </summary>
internal static class DiagnosticLine
{
    private static readonly Regex Form = new(
        @"^(?<file>.*?)(\((?<line>\d+),(?<column>\d+)\))?: (?<severity>error|warning|info) (?<code>RG\d{4}): (?<message>.*)$",
        RegexOptions.CultureInvariant);

    public static void Log(TaskLoggingHelper log, string text)
    {
        var match = Form.Match(text);
        if (!match.Success)
        {
            LogError(log, "RG0904", $"the tool said what this package does not understand: {text}");
            return;
        }

        var (file, code, message) = (match.Groups["file"].Value, match.Groups["code"].Value, match.Groups["message"].Value);
        var (line, column) = (Number(match.Groups["line"]), Number(match.Groups["column"]));
        switch (match.Groups["severity"].Value)
        {
            case "error":
                log.LogError(null, code, null, file, line, column, 0, 0, "{0}", message);
                break;
            case "warning":
                log.LogWarning(null, code, null, file, line, column, 0, 0, "{0}", message);
                break;
            default:
                log.LogMessage(null, code, null, file, line, column, 0, 0, Microsoft.Build.Framework.MessageImportance.Normal, "{0}", message);
                break;
        }
    }

    public static bool IsWarning(string text) => Form.Match(text) is { Success: true } match && match.Groups["severity"].Value == "warning";

    public static void LogError(TaskLoggingHelper log, string code, string message) =>
        log.LogError(null, code, null, null, 0, 0, 0, 0, "{0}", message);

    private static int Number(Group group) =>
        group.Success && int.TryParse(group.Value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;
}
