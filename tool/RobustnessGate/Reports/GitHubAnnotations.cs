using System.Globalization;
using System.Text;
using RobustnessGate.Gating;
using RobustnessGate.Results;

namespace RobustnessGate.Reports;

/// <summary>
/// Findings as workflow commands of GitHub Actions, for standard output. GitHub silently drops annotations beyond ten
/// of a kind in a step, so the worst nine are shown and the rest counted.
/// </summary>
public static class GitHubAnnotations
{
    private const int Most = 9;

    public static string Render(ResultsDocument results)
    {
        var findings = results.Gate.Findings.OrderByDescending(finding => finding.Severity).ToArray();
        var text = new StringBuilder();
        foreach (var finding in findings.Take(Most))
        {
            var kind = finding.Severity switch { Severity.Error => "error", Severity.Warning => "warning", _ => "notice" };
            text.Append(CultureInfo.InvariantCulture, $"::{kind} {Place(finding)}title={Property(Title(finding.Code))}::{Data(finding.Message)}\n");
        }

        if (findings.Length > Most)
        {
            text.Append(CultureInfo.InvariantCulture, $"::notice title=RobustnessGate::{findings.Length - Most} more findings are in the report\n");
        }

        return text.ToString();
    }

    private static string Title(string code) =>
        Diagnostics.Titles.TryGetValue(code, out var title) ? $"{code}: {title}" : code;

    private static string Place(FindingResult finding) => finding switch
    {
        { File: null } => "",
        { Line: > 0 and var line, Column: var column } => $"file={Property(finding.File)},line={line.ToString(CultureInfo.InvariantCulture)},col={(column ?? 1).ToString(CultureInfo.InvariantCulture)},",
        _ => $"file={Property(finding.File)},",
    };

    /// <summary>The runner ends a command at a line break and decodes these escapes.</summary>
    private static string Data(string text) => text
        .Replace("%", "%25", StringComparison.Ordinal)
        .Replace("\r", "%0D", StringComparison.Ordinal)
        .Replace("\n", "%0A", StringComparison.Ordinal);

    private static string Property(string text) => Data(text)
        .Replace(":", "%3A", StringComparison.Ordinal)
        .Replace(",", "%2C", StringComparison.Ordinal);
}
