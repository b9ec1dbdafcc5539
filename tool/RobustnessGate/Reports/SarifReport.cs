using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using RobustnessGate.Diagnostics;
using RobustnessGate.Gating;
using RobustnessGate.Results;

namespace RobustnessGate.Reports;

/// <summary>
/// Findings as SARIF 2.1.0 (OASIS), for code scanning: each at its line of the policy, with a fingerprint that follows
/// the rule, not the line, so that a moved rule stays the same alert.
/// </summary>
internal static class SarifReport
{
    private const int MostResults = 5000;

    public static string Render(ResultsDocument results)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, new() { Indented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            var findings = results.Gate.Findings.OrderByDescending(finding => finding.Severity).Take(MostResults).ToArray();
            json.WriteStartObject();
            json.WriteString("$schema", "https://json.schemastore.org/sarif-2.1.0.json");
            json.WriteString("version", "2.1.0");
            json.WriteStartArray("runs");
            json.WriteStartObject();
            Tool(json, results, findings);
            json.WriteStartArray("results");
            foreach (var finding in findings)
            {
                Result(json, finding, results.Gate.Rules.FirstOrDefault(rule => rule.Message == finding.Message));
            }

            json.WriteEndArray();
            json.WriteEndObject();
            json.WriteEndArray();
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(stream.ToArray()) + "\n";
    }

    private static void Tool(Utf8JsonWriter json, ResultsDocument results, FindingResult[] findings)
    {
        json.WriteStartObject("tool");
        json.WriteStartObject("driver");
        json.WriteString("name", "RobustnessGate");
        json.WriteString("version", results.Tool.Version);
        json.WriteStartArray("rules");
        foreach (var code in findings.Select(finding => finding.Code).Distinct().Order(StringComparer.Ordinal))
        {
            json.WriteStartObject();
            json.WriteString("id", code);
            Text(json, "shortDescription", DiagnosticCatalog.Titles.GetValueOrDefault(code, code));
            Text(json, "help", $"dotnet robustness-gate explain {code}");
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void Result(Utf8JsonWriter json, FindingResult finding, RuleResult? rule)
    {
        json.WriteStartObject();
        json.WriteString("ruleId", finding.Code);
        json.WriteString("level", finding.Severity switch { Severity.Error => "error", Severity.Warning => "warning", _ => "note" });
        Text(json, "message", finding.Message);
        if (finding.File is not null)
        {
            Location(json, finding);
        }

        json.WriteStartObject("partialFingerprints");
        json.WriteString("rule/v1", rule is null ? finding.Code : $"{finding.Code} {rule.Subject}");
        json.WriteEndObject();
        if (rule?.AdjustedP is { } p)
        {
            json.WriteStartObject("properties");
            json.WriteNumber("pValue", p);
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    private static void Location(Utf8JsonWriter json, FindingResult finding)
    {
        json.WriteStartArray("locations");
        json.WriteStartObject();
        json.WriteStartObject("physicalLocation");
        json.WriteStartObject("artifactLocation");
        json.WriteString("uri", string.Join('/', finding.File!.Replace('\\', '/').Split('/').Select(Uri.EscapeDataString)));
        json.WriteEndObject();
        if (finding.Line is > 0 and var line)
        {
            json.WriteStartObject("region");
            json.WriteNumber("startLine", line);
            json.WriteNumber("startColumn", Math.Max(1, finding.Column ?? 1));
            json.WriteEndObject();
        }

        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteEndArray();
    }

    private static void Text(Utf8JsonWriter json, string name, string text)
    {
        json.WriteStartObject(name);
        json.WriteString("text", text);
        json.WriteEndObject();
    }
}
