using System.Globalization;
using System.Text;
using RobustnessGate.Gating;
using RobustnessGate.Results;

namespace RobustnessGate.Reports;

/// <summary>
/// The report for a pull request: the verdict in plain words, one table of rules, and everything else folded away.
/// When all is well it is one line to the eye. A function of stored results; text from elsewhere is escaped.
/// </summary>
public static class MarkdownReport
{
    private const int LongText = 600;

    /// <summary>From so many samples on, a hundredth of a point is a sample.</summary>
    private const int FineTotal = 5000;

    public static string Render(ResultsDocument results)
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

        text.Append(CultureInfo.InvariantCulture, $"<details><summary>{(quiet ? "Rules · every" : "Every")} attack · samples that changed · indicator · how to reproduce</summary>\n\n");
        if (quiet)
        {
            Rules(text, results);
            Findings(text, results, headline.Detail);
            Judge(text, results);
        }

        MarkdownDetails.Append(text, results);
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
            var change = Change(rule);
            text.Append(CultureInfo.InvariantCulture, $"| {Plain(rule.Subject)}{Plain(Limits(rule.Limits))} ");
            text.Append(CultureInfo.InvariantCulture, $"| {rule.BaselineCount?.ToString(CultureInfo.InvariantCulture) ?? Words.Value(rule.BaselineValue)} ");
            text.Append(CultureInfo.InvariantCulture, $"| {rule.Count?.ToString(CultureInfo.InvariantCulture) ?? Words.Value(rule.Value)} ");
            text.Append(CultureInfo.InvariantCulture, $"| {(failed && change != "–" ? $"**{change}**" : change)} ");
            text.Append(CultureInfo.InvariantCulture, $"| {(rule.AdjustedP is { } p ? Typeset(p) : "–")} | {Outcome(rule)} |\n");
        }

        if (results.Data is { Samples: > 0 } data)
        {
            text.Append(CultureInfo.InvariantCulture, $"\nCounts are samples of {Words.Count(data.Samples)}; changes of counts are in points");
            text.Append(results.Gate.Rules.Count(rule => rule.AdjustedP is not null) > 1 ? "; p-values are adjusted for several rules (Holm).\n" : ".\n");
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
            text.Append(CultureInfo.InvariantCulture, $"- {symbol} {finding.Code}: {Plain(finding.Message, LongText)}\n");
        }

        text.Append(findings.Length == 0 ? "" : "\n");
    }

    private static void Judge(StringBuilder text, ResultsDocument results)
    {
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
        if (results.Baseline.Origin.ModelSha256 is { } sha && sha == results.Model?.Sha256)
        {
            text.Append("The model is the very one that the baseline was made with.\n\n");
        }
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
        parts.Add(results.Tool.Torch is { } torch ? $"libtorch {Plain(torch)}" : "no libtorch");
        text.Append(CultureInfo.InvariantCulture, $"<sub>{string.Join(" · ", parts)}</sub>\n");
    }

    private static string Limits(RuleLimits limits)
    {
        var words = new List<string>();
        void Add(double? limit, string format, Func<double, string> number)
        {
            if (limit is { } value)
            {
                words.Add(string.Format(CultureInfo.InvariantCulture, format, number(value)));
            }
        }

        Func<double, string> plain = value => value.ToString("R", CultureInfo.InvariantCulture);
        Add(limits.Min, limits.Confidence is { } sure ? $"min {{0}} with {Words.Percent(sure)} confidence" : "min {0}", plain);
        Add(limits.Max, "max {0}", plain);
        Add(limits.MaxDrop, "max drop {0} points", Words.Points);
        Add(limits.MaxDropRatio, "max fall {0}", Words.Percent);
        Add(limits.MaxRiseRatio, "max rise {0}", Words.Percent);
        return $" ({string.Join(", ", words)})";
    }

    /// <summary>The change as now minus baseline: points of an accuracy, per cent of an indicator.</summary>
    internal static string Change(RuleResult rule)
    {
        if (rule.Drop is not { } drop || !double.IsFinite(drop))
        {
            return "–";
        }

        Func<double, string> number = rule.Count is null
            ? value => Signed(value, "0.0") + " %"
            : value => Signed(value, rule.Total >= FineTotal ? "0.00" : "0.0");
        var interval = rule.DropInterval is { } ends ? $" ({number(-ends.High)} … {number(-ends.Low)})" : "";
        return number(-drop) + interval;
    }

    private static string Signed(double fraction, string format)
    {
        var text = Math.Abs(100 * fraction).ToString(format, CultureInfo.InvariantCulture);
        return text.Trim('0', '.').Length == 0 ? text : (fraction < 0 ? "−" : "+") + text;
    }

    private static string Outcome(RuleResult rule) => rule.Outcome switch
    {
        RuleOutcome.Passed => "✅ passed",
        RuleOutcome.Warned => $"⚠️ warning {rule.Code}",
        RuleOutcome.Inconclusive => $"❔ inconclusive {rule.Code}",
        _ when rule.Code is "RG1001" or "RG1002" or "RG1003" or "RG1004" => $"❌ failed {rule.Code}",
        _ => $"❌ not judged {rule.Code}",
    };

    /// <summary>A p-value with its exponent raised: 2e-8 is 2·10⁻⁸.</summary>
    private static string Typeset(double p)
    {
        var text = Words.P(p);
        var e = text.IndexOf("e-", StringComparison.Ordinal);
        return e < 0 ? text : $"{text[..e]}·10⁻{string.Concat(text[(e + 2)..].Select(digit => "⁰¹²³⁴⁵⁶⁷⁸⁹"[digit - '0']))}";
    }

    private static string Plain(string text, int limit = 300) => MarkdownText.Escape(text, limit);
}
