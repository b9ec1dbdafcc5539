using System.Collections.Immutable;
using System.Globalization;
using RobustnessGate.Diagnostics;
using RobustnessGate.Facts;
using RobustnessGate.Gating;
using RobustnessGate.Reports.Blocks;
using RobustnessGate.Results;

namespace RobustnessGate.Reports;

/// <summary>
/// What a check has to say, in the order in which people ask: the verdict, the rules, what changed about the judge, and
/// everything else. When all is well it is one line to the eye. A function of stored results; every format writes it.
/// </summary>
internal static class CheckReport
{
    private const int LongText = 600;
    private const int ShownHash = 24;

    public static string Markdown(ResultsDocument results, ImmutableArray<ReportPicture> pictures) => MarkdownWriter.Write(Of(results, pictures));

    public static string Html(ResultsDocument results, ImmutableArray<ReportPicture> pictures) => HtmlWriter.Write(Of(results, pictures));

    /// <summary>The Markdown report as far as it fits: whole, without its details, or the verdict alone.</summary>
    /// <param name="limit">Most UTF-8 bytes.</param>
    public static string MarkdownWithin(ResultsDocument results, int limit) => MarkdownWriter.WriteWithin(Of(results, []), limit);

    /// <param name="pictures">Each stands in the section that it names.</param>
    public static Report Of(ResultsDocument results, ImmutableArray<ReportPicture> pictures)
    {
        var headline = Headline.Of(results);
        ImmutableArray<Block> judged = [.. Rules(results), .. Findings(results, headline), .. Judge(results)];
        ImmutableArray<Block> details = DetailBlocks.Of(results, pictures);
        return new(headline,
        [
            .. headline.Detail.Length == 0 ? [] : new[] { new Paragraph(new Plain(char.ToUpperInvariant(headline.Detail[0]) + headline.Detail[1..], LongText)) },
            .. headline.IsQuiet ? [] : judged,
            .. ReportPicture.Blocks(pictures, PictureSection.BrokenExamples),
            headline.IsQuiet
                ? new Fold("Rules · every attack · samples that changed · indicator · how to reproduce", [.. judged, .. details])
                : new Fold("Every attack · samples that changed · indicator · how to reproduce", details),
            Footer(results),
        ]);
    }

    /// <summary>One row for each rule, and what the verdict is worth.</summary>
    public static IEnumerable<Block> Rules(ResultsDocument results)
    {
        yield return new Table(
            [new("rule", Numeric: false), new("baseline"), new("now"), new("change (95 % CI)"), new("p"), new("", Numeric: false)],
            [.. results.Gate.Rules.Select(Row)]);
        if (results.Data is { Samples: > 0 } data)
        {
            yield return new Paragraph($"Counts are samples of {Words.Count(data.Samples)}; changes of counts are in points. {Reliability.Sentence(results.Gate)}");
        }
    }

    private static Row Row(RuleResult rule)
    {
        var failed = rule.Outcome == RuleOutcome.Failed;
        var change = RuleText.Change(rule);
        return new(
            failed ? Tone.Error : Tone.Usual,
            [rule.Subject + RuleText.Limits(rule.Limits)], [RuleText.Baseline(rule)], [RuleText.Now(rule)],
            [failed && rule.Drop is not null ? new Strong(change) : change],
            [rule.AdjustedP is { } p ? RuleText.P(p) : "–"], [RuleText.Outcome(rule)]);
    }

    /// <summary>All findings but the one that the headline has told.</summary>
    private static IEnumerable<Block> Findings(ResultsDocument results, Headline headline)
    {
        var left = results.Gate.Findings.Where(finding => finding != headline.Told).ToImmutableArray();
        if (!left.IsEmpty)
        {
            yield return new Bullets([.. left.Select(finding => new Item(
                finding.Severity switch { Severity.Error => Tone.Error, Severity.Warning => Tone.Warning, _ => Tone.Note },
                $"{finding.Severity switch { Severity.Error => "❌", Severity.Warning => "⚠️", _ => "ℹ️" }} {finding.Code}: ",
                new Plain(finding.Message, LongText)))]);
        }
    }

    /// <summary>What this change does to its judge, what else about it is not as it was, and what the outcomes are compared with.</summary>
    public static IEnumerable<Block> Judge(ResultsDocument results)
    {
        if (results.MergeBase is not null || !results.Integrity.IsEmpty)
        {
            yield return new Paragraph(new Strong("What this change does to the judge:"), results.Integrity.IsEmpty ? " nothing." : "");
        }

        if (!results.Integrity.IsEmpty)
        {
            yield return new Bullets([.. results.Integrity.Select(change => new Item(Tone.Usual, Comparison.Effect(change)))]);
        }

        if (results.Baseline is not { } baseline)
        {
            yield break;
        }

        var changes = string.Join("; ", Comparison.Judge(results));
        yield return new Paragraph(
            new Strong("What changed about the judge:"),
            new Plain($" {(changes.Length == 0 ? "nothing (same policy, data, attacks and seed as the baseline)" : changes)}.", LongText));
        var same = baseline.Origin.ModelSha256 is { } sha && sha == results.Model?.Sha256 ? " The model is the very one that the baseline was made with." : "";
        yield return new Paragraph(new Strong("Compared with:"), new Plain($" {Comparison.Mode(results)}{same}", LongText));
    }

    private static Small Footer(ResultsDocument results) => new(
    [
        .. Hash("model", results.Model?.Sha256), .. Hash("data", results.Data?.Sha256), .. Hash("policy", results.Policy.Sha256),
        string.Create(CultureInfo.InvariantCulture, $"seed {results.Seed} · RobustnessGate {results.Tool.Version} · "),
        .. results.MergeBase is { } commit ? new Inline[] { "merge base ", new Mono(commit[..Math.Min(8, commit.Length)]), " · " } : [],
        results.Tool.Torch is { } torch ? $"libtorch {torch}" : "no libtorch",
    ]);

    private static Inline[] Hash(string what, string? sha256) => sha256 is null ? [] : [$"{what} ", new Mono("sha256:" + sha256, ShownHash), " · "];
}
