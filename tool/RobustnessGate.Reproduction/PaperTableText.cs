using System.Collections.Immutable;
using RobustnessGate.Maths;
using RobustnessGate.Reports;

namespace RobustnessGate.Reproduction;

/// <summary>A table in Markdown, of what is on disk: a cell that was not run is empty.</summary>
internal static class PaperTableText
{
    private static readonly string[] Attacks = ["FGSM", "BIM", "C&W"];

    public static string Render(PaperCells cells)
    {
        var table = cells.Table;
        string[] radii = [.. table.Radii.Select(radius => FormattableString.Invariant($"{radius}"))];
        var rows = table.Rows.Select(row => new TableRow(cells.Scaled(row), cells)).ToArray();
        var text = new MarkdownLines();
        text.Line($"| model | natural | {string.Join(" | ", Attacks.Select(attack => $"{attack} {string.Join(" | ", radii)}"))} |");
        text.Line($"|---|--:|{string.Concat(Enumerable.Repeat("--:|", Attacks.Length * radii.Length))}");
        foreach (var row in rows)
        {
            text.Line($"| {row.Title} | {string.Join(" | ", row.Paper.Select(Percent))} |");
            if (!row.ThePapers.IsEmpty)
            {
                text.Line($"| *the paper's* | {string.Join(" | ", row.ThePapers.Select(value => Percent(value)))} |");
            }
        }

        var step = FormattableString.Invariant($"{table.AttackStep}");
        text.Line($"").Line($"Percent of {table.PaperAttacks(cells.Workshop.Quick).Images:N0} test images; ten iterations of step {step}, judged at the last.");
        text.Line($"").Line($"## What withstands everything").Line($"");
        text.Line($"| model | AutoAttack {radii[0]} (95 %) | {string.Join(" | ", radii[1..])} | epochs | seconds an epoch | natural = 1 |");
        text.Line($"|---|{string.Concat(Enumerable.Repeat("--:|", radii.Length + 3))}");
        foreach (var row in rows)
        {
            var cost = row.SecondsPerEpoch is { } seconds ? FormattableString.Invariant($"{seconds:F0}") : "";
            var ratio = row.SecondsPerEpoch / rows[0].SecondsPerEpoch is { } factor ? FormattableString.Invariant($"{factor:F1}") : "";
            text.Line($"| {row.Title} | {string.Join(" | ", row.Unbroken.Select((count, i) => Share(count, interval: i == 0)))} | {row.Epochs} | {cost} | {ratio} |");
        }

        text.Line($"").Line($"Of the first {PaperTable.WorstCaseImages:N0} test images, those that AutoAttack (standard) broke at no radius up to this one. Seconds are of one processor core, the median epoch; the paper has 2.1 for Ours.");
        text.Line($"").Line($"{Order(rows, radii)}");
        return text.ToString();
    }

    private static string Percent(double? share) => share is { } value ? FormattableString.Invariant($"{value:F1}") : "";

    private static string Share(int? unbroken, bool interval)
    {
        if (unbroken is not { } count)
        {
            return "";
        }

        var (share, range) = (100.0 * count / PaperTable.WorstCaseImages, Statistics.Wilson(count, PaperTable.WorstCaseImages));
        return interval
            ? FormattableString.Invariant($"{share:F1} ({100 * range.Low:F1} to {100 * range.High:F1})")
            : FormattableString.Invariant($"{share:F1}");
    }

    /// <summary>Whether Ours stands above the three rows that the paper puts below it, under BIM and C&amp;W; and where not.</summary>
    private static string Order(TableRow[] rows, string[] radii)
    {
        var ours = rows.Single(row => row.Key == "ours");
        var below = rows.Where(row => row.Key is "natural" or "advtrain-once" or "crossentropy").ToArray();
        if (below.Append(ours).Any(row => row.Paper.Any(cell => cell is null)))
        {
            return "The order of the rows cannot be told yet: cells are missing.";
        }

        string[] names = ["natural", .. Attacks.SelectMany(attack => radii.Select(radius => $"{attack} {radius}"))];
        var exceptions = below.SelectMany(row => Enumerable.Range(1 + radii.Length, 2 * radii.Length)
            .Where(i => !(ours.Paper[i] > row.Paper[i])).Select(i => $"{row.Title} at {names[i]}")).ToArray();
        return exceptions.Length == 0
            ? "As in the paper, Ours is above Natural, AdvTrain (crafted once) and CrossEntropy under BIM and C&W at every ε."
            : $"Other than in the paper, Ours is not above: {string.Join("; ", exceptions)}.";
    }

    /// <summary>What is on disk of one row.</summary>
    private sealed class TableRow
    {
        public TableRow(PaperRow row, PaperCells cells)
        {
            (Key, Title, Epochs, ThePapers) = (row.Key, row.Title, row.Epochs, row.Paper);
            var (table, paper) = (cells.Table, cells.Stored(row, cells.Table.PaperAttacks(cells.Workshop.Quick)));
            Paper = paper is null
                ? [.. Enumerable.Repeat((double?)null, 1 + (Attacks.Length * table.Radii.Length))]
                : [.. paper.Withstood.Prepend(paper.Right).Select(count => (double?)(100.0 * count / paper.Samples))];
            var strong = cells.Stored(row, table.StrongAttacks);
            Unbroken = [.. table.Radii.Select(radius => strong?.Unbroken(table.Raw(radius)))];
            var times = cells.Times(row).Values.Order().ToArray();
            SecondsPerEpoch = times.Length == 0 ? null : times[times.Length / 2];
        }

        public string Key { get; }

        public string Title { get; }

        public int Epochs { get; }

        /// <summary>The paper's figures, in the order of <see cref="Paper"/>.</summary>
        public ImmutableArray<double> ThePapers { get; }

        /// <summary>In percent: natural, then the attacks at each radius; null for not run.</summary>
        public IReadOnlyList<double?> Paper { get; }

        /// <summary>How many of the first images nothing broke, at each radius; null for not run.</summary>
        public IReadOnlyList<int?> Unbroken { get; }

        public double? SecondsPerEpoch { get; }
    }
}
