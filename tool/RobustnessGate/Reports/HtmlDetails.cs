using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using RobustnessGate.Facts;
using RobustnessGate.Results;
using static RobustnessGate.Reports.HtmlReport;

namespace RobustnessGate.Reports;

/// <summary>The tables below the verdict of the HTML report.</summary>
internal static class HtmlDetails
{
    public static void Append(StringBuilder text, ResultsDocument results, ImmutableArray<ReportPicture> pictures)
    {
        var lines = Comparison.Lines(results);
        Attacks(text, lines);
        text.Append(ReportPicture.Inline(pictures, PictureSection.Attacks));
        Classes(text, results, lines);
        Broken(text, results, lines);
        HtmlIndicator.Append(text, results);
        text.Append(ReportPicture.Inline(pictures, PictureSection.Indicator));
    }

    private static void Attacks(StringBuilder text, IReadOnlyList<CountLine> lines)
    {
        text.Append("<h2>Accuracy under attack</h2>\n<table>\n<tr><th></th><th>norm</th><th>ε</th><th>baseline</th><th>now</th><th></th><th>95 % CI</th><th>newly broken</th><th>newly robust</th><th>forwards</th><th>backwards</th></tr>\n");
        foreach (var line in lines)
        {
            var compared = line.Pinned is not null;
            text.Append(CultureInfo.InvariantCulture, $"<tr><td>{Plain(line.Id)}{line.Goal}</td><td>{Plain(line.Norm)}</td><td>{(line.Kind == "natural" ? "" : Words.Radius(line.Epsilon))}</td>");
            text.Append(CultureInfo.InvariantCulture, $"<td>{Number(line.Pinned?.Ones)}</td><td>{line.Bits.Ones} of {line.Bits.Count}</td>");
            text.Append(CultureInfo.InvariantCulture, $"<td><meter min=\"0\" max=\"{line.Bits.Count}\" value=\"{line.Bits.Ones}\">{line.Bits.Ones}</meter></td>");
            text.Append(CultureInfo.InvariantCulture, $"<td>{Words.Percent(line.Interval.Low)} … {Words.Percent(line.Interval.High)}</td>");
            text.Append(CultureInfo.InvariantCulture, $"<td>{Number(compared ? line.NewlyBroken.Count() : null)}</td><td>{Number(compared ? line.NewlyFixed.Count() : null)}</td>");
            text.Append(CultureInfo.InvariantCulture, $"<td>{Passes(line.Forwards)}</td><td>{Passes(line.Backwards)}</td></tr>\n");
        }

        text.Append("</table>\n<p>Forwards and backwards are passes per sample.</p>\n");
    }

    /// <summary>Natural and worst cases by true class: robustness is rarely lost evenly.</summary>
    private static void Classes(StringBuilder text, ResultsDocument results, IReadOnlyList<CountLine> lines)
    {
        var shown = lines.Where(line => line.Kind != "attack").ToArray();
        if (results.Data is not { } data || shown.Any(line => line.Bits.Count != data.Labels.Length))
        {
            return;
        }

        text.Append("<h2>Every class</h2>\n<table>\n<tr><th>class</th><th>samples</th>");
        foreach (var line in shown)
        {
            text.Append(CultureInfo.InvariantCulture, $"<th>{Plain(line.Kind == "natural" ? "natural" : Words.Worst(line.Norm, line.Epsilon))}</th>");
        }

        text.Append("</tr>\n");
        foreach (var members in data.Labels.Select((label, i) => (Label: label, Sample: i)).GroupBy(pair => pair.Label, pair => pair.Sample).OrderBy(group => group.Key))
        {
            text.Append(CultureInfo.InvariantCulture, $"<tr><td>{members.Key}</td><td>{members.Count()}</td>");
            foreach (var line in shown)
            {
                var pinned = line.Pinned is { } bits ? $" <small>({members.Count(i => bits[i])})</small>" : "";
                text.Append(CultureInfo.InvariantCulture, $"<td>{members.Count(i => line.Bits[i])}{pinned}</td>");
            }

            text.Append("</tr>\n");
        }

        text.Append("</table>\n").Append(results.Baseline is null ? "" : "<p>In brackets: the baseline.</p>\n");
    }

    private static void Broken(StringBuilder text, ResultsDocument results, IReadOnlyList<CountLine> lines)
    {
        if (results.Baseline is null || results.Data is null)
        {
            return;
        }

        var changed = Comparison.NewlyBroken(lines);
        text.Append(CultureInfo.InvariantCulture, $"<h2>Newly broken samples, by any attack at any radius: {changed.Length}</h2>\n");
        if (changed.Length > 0)
        {
            text.Append("<table>\n<tr><th>sample</th><th>id</th><th>class</th><th>now broken by</th><th>now seen as</th></tr>\n");
            foreach (var (sample, by) in changed)
            {
                text.Append(CultureInfo.InvariantCulture, $"<tr><td>{sample}</td><td><code>{Comparison.SampleId(results, sample)}</code></td><td>{results.Data.Labels[sample]}</td>");
                text.Append(CultureInfo.InvariantCulture, $"<td>{string.Join(", ", by.Select(Plain))}</td><td>{string.Join(", ", Comparison.SeenAs(results, sample, by))}</td></tr>\n");
            }

            text.Append("</table>\n");
        }

        var @fixed = Comparison.NewlyFixed(lines);
        text.Append(CultureInfo.InvariantCulture, $"<p>Newly robust: {(@fixed.Length == 0 ? "none" : string.Join(", ", @fixed))}.</p>\n");
    }

    private static string Number(int? count) => count?.ToString(CultureInfo.InvariantCulture) ?? "–";

    private static string Passes(double? perSample) => perSample?.ToString("0.0", CultureInfo.InvariantCulture) ?? "–";
}
