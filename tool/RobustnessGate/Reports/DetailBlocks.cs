using System.Collections.Immutable;
using System.Globalization;
using RobustnessGate.Facts;
using RobustnessGate.Maths;
using RobustnessGate.Reports.Blocks;
using RobustnessGate.Results;

namespace RobustnessGate.Reports;

/// <summary>What is below the verdict: every attack, every class, the samples that changed sides, the indicator, how to reproduce.</summary>
internal static class DetailBlocks
{
    /// <summary>Rows that a comment shows; the page and <c>results.json</c> have all.</summary>
    private const int MostRows = 20;

    public static ImmutableArray<Block> Of(ResultsDocument results, ImmutableArray<ReportPicture> pictures)
    {
        var lines = Comparison.Lines(results);
        return
        [
            .. Attacks(lines), .. ReportPicture.Blocks(pictures, PictureSection.Attacks),
            .. Classes(results, lines), .. Changed(results, lines),
            .. IndicatorBlocks.Of(results), .. ReportPicture.Blocks(pictures, PictureSection.Indicator),
            .. Reproduce(results),
        ];
    }

    private static IEnumerable<Block> Attacks(IEnumerable<CountLine> lines)
    {
        yield return new Heading("Accuracy under attack");
        yield return new Table(
            [
                new("", Numeric: false), new("norm", Numeric: false), new("ε"), new("baseline"), new("now"), new("(95 % CI)"),
                new("newly broken"), new("newly robust"), new("forwards"), new("backwards"),
            ],
            [.. lines.Select(line => new Row(
                Tone.Usual,
                line.Kind == "attack" ? [new Mono(line.Id), line.Goal] : [line.Id],
                [line.Norm], [line.Kind == "natural" ? "" : Words.Radius(line.Epsilon)], [Number(line.Pinned?.Ones)],
                [$"{line.Bits.Ones} of {line.Bits.Count}", new Meter(line.Bits.Ones, line.Bits.Count)],
                [$"{Words.Percent(line.Interval.Low)} … {Words.Percent(line.Interval.High)}"],
                [Number(line.Pinned is null ? null : line.NewlyBroken.Count())], [Number(line.Pinned is null ? null : line.NewlyFixed.Count())],
                [Passes(line.Forwards)], [Passes(line.Backwards)]))]);
        yield return new Paragraph("Forwards and backwards are passes per sample.");
    }

    /// <summary>Natural and worst cases by true class: robustness is rarely lost evenly.</summary>
    private static IEnumerable<Block> Classes(ResultsDocument results, IEnumerable<CountLine> lines)
    {
        var shown = lines.Where(line => line.Kind != "attack").ToArray();
        if (results.Data is not { } data || shown.Length == 0 || shown.Any(line => line.Bits.Count != data.Labels.Length))
        {
            yield break;
        }

        yield return new Heading("Every class");
        yield return new Table(
            [new("class"), new("samples"), .. shown.Select(line => new Column(line.Kind == "natural" ? "natural" : Words.Worst(line.Norm, line.Epsilon)))],
            [.. data.Labels.Select((label, i) => (Label: label, Sample: i)).GroupBy(pair => pair.Label, pair => pair.Sample).OrderBy(group => group.Key)
                .Select(group => new Row(
                    Tone.Usual, [[Number(group.Key)], [Number(group.Count())], .. shown.Select(line => ImmutableArray.Create<Inline>(Of(line, group)))]))])
        {
            Brief = MostRows,
        };
        if (results.Baseline is not null)
        {
            yield return new Paragraph("In brackets: the baseline.");
        }
    }

    private static string Of(CountLine line, IEnumerable<int> members) =>
        Number(members.Count(i => line.Bits[i])) + (line.Pinned is { } pinned ? $" ({Number(members.Count(i => pinned[i]))})" : "");

    private static IEnumerable<Block> Changed(ResultsDocument results, ImmutableArray<CountLine> lines)
    {
        if (results.Baseline is null || results.Data is not { } data)
        {
            yield break;
        }

        var broken = Comparison.NewlyBroken(lines);
        yield return new Heading("Samples that changed");
        yield return new Paragraph(broken.IsEmpty ? "Newly broken: none." : $"Newly broken, by any attack at any radius: {Words.Count(broken.Length)}.");
        if (!broken.IsEmpty)
        {
            yield return new Table(
                [new("sample"), new("id", Numeric: false), new("class"), new("now broken by", Numeric: false), new("now seen as", Numeric: false)],
                [.. broken.Select(change => new Row(
                    Tone.Usual,
                    [Number(change.Sample)], [new Mono(Comparison.SampleId(results, change.Sample))], [Number(data.Labels[change.Sample])],
                    [.. change.By.SelectMany((id, i) => i == 0 ? new Inline[] { new Mono(id) } : [", ", new Mono(id)])],
                    [string.Join(", ", Comparison.SeenAs(results, change.Sample, change.By))]))])
            {
                Brief = MostRows,
            };
        }

        var @fixed = Comparison.NewlyFixed(lines);
        yield return new Paragraph(@fixed.IsEmpty ? "Newly robust: none." : $"Newly robust, by any attack at any radius: {Words.Count(@fixed.Length)}.");
        if (!@fixed.IsEmpty)
        {
            yield return new Table(
                [new("sample"), new("id", Numeric: false), new("class")],
                [.. @fixed.Select(sample => new Row(
                    Tone.Usual, [Number(sample)], [new Mono(Comparison.SampleId(results, sample))], [Number(data.Labels[sample])]))])
            {
                Brief = MostRows,
            };
        }
    }

    private static IEnumerable<Block> Reproduce(ResultsDocument results)
    {
        var limit = results.Options?.MaxSamples is { } most ? FormattableString.Invariant($" --max-samples {most}") : "";
        var baseline = results.Options?.Baseline is { } source ? $" --baseline {Shell(source)}" : "";
        yield return new Heading("How to reproduce");
        yield return new Paragraph("With the model and data of the hashes below:");
        yield return new Command(FormattableString.Invariant(
            $"dotnet robustness-gate check --policy {Shell(results.Policy.File)} --seed {results.Seed}{limit}{baseline}"));
    }

    private static string Number(int? count) => count?.ToString(CultureInfo.InvariantCulture) ?? "–";

    private static string Passes(double? perSample) => perSample?.ToString("0.0", CultureInfo.InvariantCulture) ?? "–";

    /// <summary>A file name as one word of a POSIX shell, inert inside a block of code.</summary>
    private static string Shell(string file) => file.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_' or '/')
        ? file
        : "'" + new string([.. file.Where(c => !char.IsControl(c) && c is not ('`' or '\''))]) + "'";
}
