using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using RobustnessGate.Facts;
using RobustnessGate.Results;

namespace RobustnessGate.Reports;

/// <summary>The folded part of the markdown report: every attack, the samples that changed sides, the indicator, how to reproduce.</summary>
internal static class MarkdownDetails
{
    /// <summary>A report is read by people; <c>results.json</c> has every sample.</summary>
    private const int MostSamples = 20;

    public static void Append(StringBuilder text, ResultsDocument results, ImmutableArray<ReportPicture> pictures)
    {
        var lines = Comparison.Lines(results);
        Attacks(text, lines);
        text.Append(ReportPicture.Links(pictures, PictureSection.Attacks));
        Broken(text, results, lines);
        MarkdownIndicator.Append(text, results);
        text.Append(ReportPicture.Links(pictures, PictureSection.Indicator));
        Reproduce(text, results);
    }

    private static void Attacks(StringBuilder text, IReadOnlyList<CountLine> lines)
    {
        text.Append("#### Accuracy under attack\n\n");
        text.Append("| | norm | ε | baseline | now | (95 % CI) | newly broken | newly robust | forwards | backwards |\n");
        text.Append("|---|---|--:|--:|--:|--:|--:|--:|--:|--:|\n");
        foreach (var line in lines)
        {
            var name = line.Kind == "attack" ? MarkdownText.Code(line.Id) + line.Goal : line.Id;
            var ε = line.Kind == "natural" ? "" : Words.Radius(line.Epsilon);
            var count = $"{line.Bits.Ones} of {line.Bits.Count}";
            var pinned = line.Pinned?.Ones.ToString(CultureInfo.InvariantCulture) ?? "–";
            text.Append(CultureInfo.InvariantCulture, $"| {name} | {MarkdownText.Escape(line.Norm)} | {ε} | {pinned} | {count} ");
            text.Append(CultureInfo.InvariantCulture, $"| {Words.Percent(line.Interval.Low)} … {Words.Percent(line.Interval.High)} ");
            text.Append(CultureInfo.InvariantCulture, $"| {Number(line.Pinned is null ? null : line.NewlyBroken.Count())} | {Number(line.Pinned is null ? null : line.NewlyFixed.Count())} ");
            text.Append(CultureInfo.InvariantCulture, $"| {Passes(line.Forwards)} | {Passes(line.Backwards)} |\n");
        }

        text.Append("\nForwards and backwards are passes per sample.\n\n");
    }

    private static void Broken(StringBuilder text, ResultsDocument results, IReadOnlyList<CountLine> lines)
    {
        if (results.Baseline is null)
        {
            return;
        }

        var broken = Comparison.NewlyBroken(lines);
        text.Append("#### Samples that changed\n\n");
        if (broken.IsEmpty)
        {
            text.Append("Newly broken: none.\n\n");
        }
        else
        {
            text.Append("Newly broken, by any attack at any radius:\n\n| sample | id | class | now broken by | now seen as |\n|--:|---|--:|---|---|\n");
            foreach (var (sample, by) in broken.Take(MostSamples))
            {
                text.Append(CultureInfo.InvariantCulture, $"| {sample} | `{Comparison.SampleId(results, sample)}` | {results.Data!.Labels[sample]} ");
                text.Append(CultureInfo.InvariantCulture, $"| {string.Join(", ", by.Select(id => MarkdownText.Code(id)))} | {string.Join(", ", Comparison.SeenAs(results, sample, by))} |\n");
            }

            text.Append(broken.Length > MostSamples ? $"\n… and {broken.Length - MostSamples} more, in `results.json`.\n\n" : "\n");
        }

        var @fixed = Comparison.NewlyFixed(lines);
        text.Append("Newly robust: ")
            .Append(@fixed.IsEmpty ? "none" : string.Join(", ", @fixed.Take(MostSamples)))
            .Append(@fixed.Length > MostSamples ? $" … and {@fixed.Length - MostSamples} more" : "")
            .Append(".\n\n");
    }

    private static void Reproduce(StringBuilder text, ResultsDocument results)
    {
        text.Append("#### How to reproduce\n\nWith the model and data of the hashes below:\n\n```\n");
        text.Append(CultureInfo.InvariantCulture, $"dotnet robustness-gate check --policy {Shell(results.Policy.File)} --seed {results.Seed}");
        if (results.Options?.MaxSamples is { } limit)
        {
            text.Append(CultureInfo.InvariantCulture, $" --max-samples {limit}");
        }

        if (results.Options?.Baseline is { } baseline)
        {
            text.Append(CultureInfo.InvariantCulture, $" --baseline {Shell(baseline)}");
        }

        text.Append("\n```\n\n");
    }

    private static string Number(int? count) => count?.ToString(CultureInfo.InvariantCulture) ?? "–";

    private static string Passes(double? perSample) => perSample?.ToString("0.0", CultureInfo.InvariantCulture) ?? "–";

    /// <summary>A file name as one word of a POSIX shell, inert inside a fenced block.</summary>
    private static string Shell(string file) => file.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_' or '/')
        ? file
        : "'" + new string([.. file.Where(c => !char.IsControl(c) && c is not ('`' or '\''))]) + "'";
}
