using System.Globalization;
using System.Text;
using RobustnessGate.Diagnostics;

namespace RobustnessGate.Reports;

/// <summary>
/// Findings as workflow commands of GitHub, the gravest first. GitHub shows ten of a kind a step and drops the rest in
/// silence, so the last one says how many more there are.
/// </summary>
internal static class WorkflowAnnotations
{
    /// <summary>Most annotations in all; one more says what was left out.</summary>
    public const int Most = 9;

    public static string Render(IEnumerable<Finding> findings)
    {
        var worst = findings.OrderByDescending(finding => finding.Severity).ToArray();
        var text = new StringBuilder();
        foreach (var finding in worst.Take(Most))
        {
            var command = finding.Severity switch { Severity.Error => "error", Severity.Warning => "warning", _ => "notice" };
            text.Append(CultureInfo.InvariantCulture, $"::{command} {Properties(finding)}::{Data(finding.Message)}\n");
        }

        var rest = worst.Length - Most;
        if (rest > 0)
        {
            text.Append(CultureInfo.InvariantCulture, $"::notice title=RobustnessGate::{rest} more in the report\n");
        }

        return text.ToString();
    }

    private static string Properties(Finding finding)
    {
        var place = finding.Where switch
        {
            null => "",
            { Line: > 0 } at => string.Create(CultureInfo.InvariantCulture, $"file={Property(at.File)},line={at.Line},col={at.Column},"),
            var at => $"file={Property(at.File)},",
        };
        return $"{place}title={Property(Title(finding.Code))}";
    }

    private static string Title(string code) =>
        DiagnosticCatalog.Titles.TryGetValue(code, out var title) ? $"{code}: {title}" : code;

    private static string Data(string text) => PlainText.Clean(text)
        .Replace("%", "%25", StringComparison.Ordinal);

    private static string Property(string text) => Data(text)
        .Replace(":", "%3A", StringComparison.Ordinal).Replace(",", "%2C", StringComparison.Ordinal);
}
