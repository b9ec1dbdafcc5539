using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Unicode;
using RobustnessGate.Diagnostics;
using RobustnessGate.Facts;
using RobustnessGate.Results;

namespace RobustnessGate.Reports;

/// <summary>
/// The report as one page without scripts and without anything from elsewhere: what the markdown report says, with bars
/// for the eye, every class, and every sample that changed sides. Text from elsewhere is encoded.
/// </summary>
internal static class HtmlReport
{
    public static string Render(ResultsDocument results) => Render(results, []);

    /// <param name="pictures">They become part of the page.</param>
    public static string Render(ResultsDocument results, ImmutableArray<ReportPicture> pictures)
    {
        var headline = Headline.Of(results);
        var text = new StringBuilder();
        text.Append("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n")
            .Append("<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; img-src data:\">\n")
            .Append("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>")
            .Append(Plain(headline.Title)).Append("</title>\n<style>\n").Append(Style).Append("</style>\n</head>\n<body>\n");
        text.Append(CultureInfo.InvariantCulture, $"<h1>{headline.Symbol} {Plain(headline.Title)}</h1>\n");
        if (headline.Detail.Length > 0)
        {
            text.Append(CultureInfo.InvariantCulture, $"<p>{Plain(char.ToUpperInvariant(headline.Detail[0]) + headline.Detail[1..])}</p>\n");
        }

        Rules(text, results);
        foreach (var finding in results.Gate.Findings.Where(finding => finding.Message != headline.Detail))
        {
            text.Append(CultureInfo.InvariantCulture, $"<p class=\"{finding.Severity.ToString().ToLowerInvariant()}\"><b>{Plain(finding.Code)}</b> {Plain(finding.Message)}</p>\n");
        }

        Judge(text, results);
        text.Append(ReportPicture.Inline(pictures, PictureSection.BrokenExamples));
        HtmlDetails.Append(text, results, pictures);
        Footer(text, results);
        return text.Append("</body>\n</html>\n").ToString();
    }

    private static readonly HtmlEncoder Encoder = HtmlEncoder.Create(UnicodeRanges.All);

    /// <summary>Text as it may stand between tags and in quoted attributes.</summary>
    internal static string Plain(string text) => Encoder.Encode(PlainText.Clean(text));

    private static void Rules(StringBuilder text, ResultsDocument results)
    {
        text.Append("<table>\n<tr><th>rule</th><th>baseline</th><th>now</th><th>change (95 % CI)</th><th>p</th><th></th></tr>\n");
        foreach (var rule in results.Gate.Rules)
        {
            text.Append(CultureInfo.InvariantCulture, $"<tr class=\"{rule.Outcome.ToString().ToLowerInvariant()}\"><td>{Plain(rule.Subject)}<small>{Plain(RuleText.Limits(rule.Limits))}</small></td>");
            text.Append(CultureInfo.InvariantCulture, $"<td>{RuleText.Baseline(rule)}</td><td>{RuleText.Now(rule)}</td>");
            text.Append(CultureInfo.InvariantCulture, $"<td>{RuleText.Change(rule)}</td><td>{(rule.AdjustedP is { } p ? RuleText.P(p) : "–")}</td><td>{Plain(RuleText.Outcome(rule))}</td></tr>\n");
        }

        text.Append("</table>\n");
        if (results.Data is { } data)
        {
            text.Append(CultureInfo.InvariantCulture, $"<p>Counts are samples of {Words.Count(data.Samples)}; changes of counts are in points. {Plain(Reliability.Sentence(results.Gate))}</p>\n");
        }
    }

    private static void Judge(StringBuilder text, ResultsDocument results)
    {
        if (results.MergeBase is not null || !results.Integrity.IsEmpty)
        {
            text.Append("<p><b>What this change does to the judge:</b> ")
                .Append(results.Integrity.IsEmpty ? "nothing" : string.Join("; ", results.Integrity.Select(change => Plain(Comparison.Effect(change)))))
                .Append(".</p>\n");
        }

        if (results.Baseline is null)
        {
            return;
        }

        var changes = Comparison.Judge(results).ToArray();
        text.Append("<p><b>What changed about the judge:</b> ")
            .Append(changes.Length == 0
                ? "nothing (same policy, data, attacks and seed as the baseline)"
                : string.Join("; ", changes.Select(Plain)))
            .Append(".</p>\n");
        text.Append("<p><b>Compared with:</b> ").Append(Plain(Comparison.Mode(results))).Append("</p>\n");
    }

    private static void Footer(StringBuilder text, ResultsDocument results) => text.Append(
        CultureInfo.InvariantCulture,
        $"<footer>model <code>{Plain(results.Model?.Sha256 ?? "none")}</code><br>data <code>{Plain(results.Data?.Sha256 ?? "none")}</code><br>policy <code>{Plain(results.Policy.Sha256)}</code><br>seed {results.Seed} · RobustnessGate {Plain(results.Tool.Version)} · libtorch {Plain(results.Tool.Torch ?? "none")}</footer>\n");

    private const string Style = """
        :root { color-scheme: light dark; }
        body { font: 15px/1.5 system-ui, sans-serif; max-width: 70rem; margin: 2rem auto; padding: 0 1rem; }
        h1 { font-size: 1.4rem; } h2 { font-size: 1.1rem; margin-top: 2rem; }
        table { border-collapse: collapse; } th, td { padding: .25rem .75rem; border-bottom: 1px solid #8884; text-align: right; }
        th:first-child, td:first-child, td:last-child { text-align: left; }
        small, footer { opacity: .75; font-size: .85rem; } footer { margin-top: 3rem; overflow-wrap: anywhere; }
        .failed td, p.error { font-weight: 600; } p.error { border-left: .3rem solid #c33; padding-left: .7rem; }
        p.warning { border-left: .3rem solid #c90; padding-left: .7rem; } p.note { border-left: .3rem solid #8888; padding-left: .7rem; }
        meter { width: 12rem; } figure { margin: 1rem 0; } figure > svg { max-width: 100%; height: auto; }

        """;
}
