using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using RobustnessGate.Diagnostics;
using RobustnessGate.Facts;
using RobustnessGate.Gating;
using RobustnessGate.Results;

namespace RobustnessGate.Reports;

/// <summary>
/// The report for a pull request: the verdict in plain words, one table of rules, and everything else folded away.
/// When all is well it is one line to the eye. A function of stored results; text from elsewhere is escaped.
/// </summary>
internal static class MarkdownReport
{
    private const int LongText = 600;

    public static string Render(ResultsDocument results) => Render(results, []);

    /// <param name="pictures">Files beside the report, which it links.</param>
    public static string Render(ResultsDocument results, ImmutableArray<ReportPicture> pictures)
    {
        var headline = Headline.Of(results);
        var quiet = headline.Symbol == "✅";
        var text = new StringBuilder();
        text.Append(quiet ? "" : "### ").Append(headline.Symbol).Append(' ').Append(Plain(headline.Title)).Append("\n\n");
        if (headline.Detail.Length > 0)
        {
            text.Append(Plain(char.ToUpperInvariant(headline.Detail[0]) + headline.Detail[1..], LongText)).Append("\n\n");
        }

        if (!quiet)
        {
            Rules(text, results);
            Findings(text, results, headline.Detail);
            Judge(text, results);
        }

        text.Append(ReportPicture.Links(pictures, PictureSection.BrokenExamples));

        text.Append(CultureInfo.InvariantCulture, $"<details><summary>{(quiet ? "Rules · every" : "Every")} attack · samples that changed · indicator · how to reproduce</summary>\n\n");
        if (quiet)
        {
            Rules(text, results);
            Findings(text, results, headline.Detail);
            Judge(text, results);
        }

        MarkdownDetails.Append(text, results, pictures);
        text.Append("</details>\n\n");
        Footer(text, results);
        return text.ToString();
    }

    private static void Rules(StringBuilder text, ResultsDocument results)
    {
        text.Append("| rule | baseline | now | change (95 % CI) | p | |\n|---|--:|--:|--:|--:|---|\n");
        foreach (var rule in results.Gate.Rules)
        {
            var failed = rule.Outcome == RuleOutcome.Failed;
            var change = RuleText.Change(rule);
            text.Append(CultureInfo.InvariantCulture, $"| {Plain(rule.Subject)}{Plain(RuleText.Limits(rule.Limits))} ");
            text.Append(CultureInfo.InvariantCulture, $"| {RuleText.Baseline(rule)} ");
            text.Append(CultureInfo.InvariantCulture, $"| {RuleText.Now(rule)} ");
            text.Append(CultureInfo.InvariantCulture, $"| {(failed && change != "–" ? $"**{change}**" : change)} ");
            text.Append(CultureInfo.InvariantCulture, $"| {(rule.AdjustedP is { } p ? RuleText.P(p) : "–")} | {Plain(RuleText.Outcome(rule))} |\n");
        }

        if (results.Data is { Samples: > 0 } data)
        {
            text.Append(CultureInfo.InvariantCulture, $"\nCounts are samples of {Words.Count(data.Samples)}; changes of counts are in points. ");
            text.Append(Plain(Reliability.Sentence(results.Gate))).Append('\n');
        }

        text.Append('\n');
    }

    /// <summary>All findings but the one that the headline has already told.</summary>
    private static void Findings(StringBuilder text, ResultsDocument results, string told)
    {
        var findings = results.Gate.Findings.Where(finding => finding.Message != told).ToArray();
        foreach (var finding in findings)
        {
            var symbol = finding.Severity switch { Severity.Error => "❌", Severity.Warning => "⚠️", _ => "ℹ️" };
            text.Append(CultureInfo.InvariantCulture, $"- {symbol} {Plain(finding.Code)}: {Plain(finding.Message, LongText)}\n");
        }

        text.Append(findings.Length == 0 ? "" : "\n");
    }

    private static void Judge(StringBuilder text, ResultsDocument results)
    {
        Integrity(text, results);
        if (results.Baseline is null)
        {
            return;
        }

        var changes = Comparison.Judge(results).ToArray();
        text.Append("**What changed about the judge:** ")
            .Append(changes.Length == 0
                ? "nothing (same policy, data, attacks and seed as the baseline)"
                : string.Join("; ", changes.Select(change => Plain(change, 200))))
            .Append(".\n\n");
        text.Append("**Compared with:** ").Append(Plain(Comparison.Mode(results))).Append("\n\n");
        if (results.Baseline?.Origin.ModelSha256 is { } sha && sha == results.Model?.Sha256)
        {
            text.Append("The model is the very one that the baseline was made with.\n\n");
        }
    }

    /// <summary>Only where the change was held to the judge at its merge base.</summary>
    private static void Integrity(StringBuilder text, ResultsDocument results)
    {
        if (results.MergeBase is null && results.Integrity.IsEmpty)
        {
            return;
        }

        text.Append("**What this change does to the judge:** ");
        if (results.Integrity.IsEmpty)
        {
            text.Append("nothing.\n\n");
            return;
        }

        text.Append("\n\n");
        foreach (var change in results.Integrity)
        {
            text.Append(CultureInfo.InvariantCulture, $"- {Plain(Comparison.Effect(change), 300)}\n");
        }

        text.Append('\n');
    }

    private static void Footer(StringBuilder text, ResultsDocument results)
    {
        var parts = new List<string>();
        if (results.Model is { } model)
        {
            parts.Add($"model {MarkdownText.Code("sha256:" + model.Sha256, 24)}");
        }

        if (results.Data is { } data)
        {
            parts.Add($"data {MarkdownText.Code("sha256:" + data.Sha256, 24)}");
        }

        parts.Add($"policy {MarkdownText.Code("sha256:" + results.Policy.Sha256, 24)}");
        parts.Add($"seed {results.Seed.ToString(CultureInfo.InvariantCulture)}");
        parts.Add($"RobustnessGate {Plain(results.Tool.Version)}");
        if (results.MergeBase is { } commit)
        {
            parts.Add($"merge base {MarkdownText.Code(commit[..Math.Min(8, commit.Length)])}");
        }

        parts.Add(results.Tool.Torch is { } torch ? $"libtorch {Plain(torch)}" : "no libtorch");
        text.Append(CultureInfo.InvariantCulture, $"<sub>{string.Join(" · ", parts)}</sub>\n");
    }

    private static string Plain(string text, int limit = 300) => MarkdownText.Escape(text, limit);
}
