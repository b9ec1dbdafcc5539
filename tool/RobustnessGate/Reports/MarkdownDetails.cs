using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using RobustnessGate.Gating;
using RobustnessGate.Results;

namespace RobustnessGate.Reports;

/// <summary>The folded part of the markdown report: every attack, the samples that changed sides, the indicator, how to reproduce.</summary>
internal static class MarkdownDetails
{
    /// <summary>A report is read by people; <c>results.json</c> has every sample.</summary>
    private const int MostSamples = 20;

    public static void Append(StringBuilder text, ResultsDocument results)
    {
        var lines = Comparison.Lines(results);
        Attacks(text, lines);
        Broken(text, results, lines);
        Indicator(text, results);
        Reproduce(text, results);
    }

    private static void Attacks(StringBuilder text, IReadOnlyList<CountLine> lines)
    {
        text.Append("#### Accuracy under attack\n\n");
        text.Append("| | norm | ε | baseline | now | (95 % CI) | newly broken | newly robust | forwards | backwards |\n");
        text.Append("|---|---|--:|--:|--:|--:|--:|--:|--:|--:|\n");
        foreach (var line in lines)
        {
            var name = line.Kind == "attack" ? MarkdownText.Code(line.Id) : line.Id;
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

        var single = lines.Where(line => line.Kind != "worst case").ToArray();
        var broken = single.SelectMany(line => line.NewlyBroken.Select(i => (Sample: i, line.Id))).ToLookup(pair => pair.Sample, pair => pair.Id);
        var @fixed = single.SelectMany(line => line.NewlyFixed).Distinct().Order().ToArray();
        text.Append("#### Samples that changed\n\n");
        if (broken.Count == 0)
        {
            text.Append("Newly broken: none.\n\n");
        }
        else
        {
            text.Append("Newly broken, by any attack at any radius:\n\n| sample | id | class | now broken by | now seen as |\n|--:|---|--:|---|---|\n");
            foreach (var group in broken.OrderBy(group => group.Key).Take(MostSamples))
            {
                text.Append(CultureInfo.InvariantCulture, $"| {group.Key} | `{Id(results, group.Key)}` | {results.Data!.Labels[group.Key]} ");
                text.Append(CultureInfo.InvariantCulture, $"| {string.Join(", ", group.Select(id => MarkdownText.Code(id)))} | {Seen(results, group.Key, group)} |\n");
            }

            text.Append(broken.Count > MostSamples ? $"\n… and {broken.Count - MostSamples} more, in `results.json`.\n\n" : "\n");
        }

        text.Append("Newly robust: ")
            .Append(@fixed.Length == 0 ? "none" : string.Join(", ", @fixed.Take(MostSamples)))
            .Append(@fixed.Length > MostSamples ? $" … and {@fixed.Length - MostSamples} more" : "")
            .Append(".\n\n");
    }

    private static void Indicator(StringBuilder text, ResultsDocument results)
    {
        if (results.Indicator is not { } indicator)
        {
            return;
        }

        text.Append(CultureInfo.InvariantCulture, $"#### Indicator, over the rightly classified of the first {indicator.Samples} samples\n\n");
        text.Append("| | baseline median | median | mean | 5 % | 95 % | samples |\n|---|--:|--:|--:|--:|--:|--:|\n");
        foreach (var (name, now) in indicator.Summary)
        {
            var before = results.Baseline?.Indicator?.Summary.GetValueOrDefault(name);
            text.Append(CultureInfo.InvariantCulture, $"| {MarkdownText.Escape(name)} | {Words.Value(before?.Median)} | {Words.Value(now.Median)} ");
            text.Append(CultureInfo.InvariantCulture, $"| {Words.Value(now.Mean)} | {Words.Value(now.P05)} | {Words.Value(now.P95)} | {now.Count} |\n");
        }

        text.Append('\n');
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

    private static string Id(ResultsDocument results, int sample) =>
        BinaryPrimitives.ReadUInt64BigEndian(results.Data!.SampleIds.AsSpan(8 * sample, 8)).ToString("x16", CultureInfo.InvariantCulture);

    /// <summary>The classes that a broken sample is taken for now, by the results that broke it.</summary>
    private static string Seen(ResultsDocument results, int sample, IEnumerable<string> ids) => string.Join(", ", ids
        .Select(id => id == "natural" ? results.Natural!.Predictions : results.Attacks.Single(attack => attack.Id == id).Predictions)
        .Where(predictions => sample < predictions.Length)
        .Select(predictions => predictions[sample]).Distinct().Order());

    private static string Number(int? count) => count?.ToString(CultureInfo.InvariantCulture) ?? "–";

    private static string Passes(double? perSample) => perSample?.ToString("0.0", CultureInfo.InvariantCulture) ?? "–";

    /// <summary>A file name as one word of a POSIX shell, inert inside a fenced block.</summary>
    private static string Shell(string file) => file.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_' or '/')
        ? file
        : "'" + new string([.. file.Where(c => !char.IsControl(c) && c is not ('`' or '\''))]) + "'";
}
