using System.Collections.Immutable;
using RobustnessGate.Attacks;
using RobustnessGate.Facts;
using RobustnessGate.Maths;
using RobustnessGate.Policies;
using RobustnessGate.Reports;

namespace RobustnessGate.Reproduction;

/// <summary>
/// Table 1 of Yu et al. 2018: accuracy on MNIST under FGSM, BIM and C&amp;W for networks trained in different ways, and a
/// column that it lacks: the samples that withstand everything, counted sample by sample.
/// </summary>
public static class Table1
{
    private const int WorstCaseImages = 1000;

    private static readonly double[] Radii = [0.1, 0.2, 0.3];

    /// <summary>Section 8.3: 10 iterations of step 0.1, no restarts; the last iterate alone is judged, as was usual.</summary>
    private static readonly ImmutableArray<AttackEntry> PaperAttacks =
    [
        PaperMeasurement.Attack(new Fgsm(), Norm.Linf, Judge.Last, Radii),
        PaperMeasurement.Attack(new Bim(10, 0.1), Norm.Linf, Judge.Last, Radii),
        PaperMeasurement.Attack(new CwLinf(10, 0.1), Norm.Linf, Judge.Last, Radii),
    ];

    /// <summary>The strongest that this version has: AutoAttack where it is known, PGD on both losses where it is not.</summary>
    private static readonly ImmutableArray<AttackEntry> StrongAttacks = AttackCatalog.All.FirstOrDefault(attack => attack.Name == "autoattack") is { } ensemble
        ? [PaperMeasurement.Attack(ensemble, Norm.Linf, Judge.Any, Radii)]
        : [PaperMeasurement.Attack(new Pgd(), Norm.Linf, Judge.Any, Radii), PaperMeasurement.Attack(new CwLinf(40), Norm.Linf, Judge.Any, Radii)];

    /// <summary>Trains and measures what is missing, row by row.</summary>
    /// <param name="only">Keys of the rows to work on; empty for all.</param>
    public static void Run(MnistCells cells, IReadOnlyCollection<string> only)
    {
        foreach (var row in MnistRow.All.Where(row => only.Count == 0 || only.Contains(row.Key)).Select(cells.Scaled))
        {
            cells.Train(row).Dispose();
            cells.Measure(row, Paper(cells));
            cells.Measure(row, WorstCase);
        }
    }

    /// <summary>The table in Markdown, of what is on disk: a cell that was not run is empty.</summary>
    public static string Render(MnistCells cells)
    {
        var rows = MnistRow.All.Select(cells.Scaled).Select(row => new Row(row, cells)).ToArray();
        var text = new MarkdownLines();
        text.Line($"| model | natural | FGSM 0.1 | 0.2 | 0.3 | BIM 0.1 | 0.2 | 0.3 | C&W 0.1 | 0.2 | 0.3 |");
        text.Line($"|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|");
        foreach (var row in rows)
        {
            text.Line($"| {row.Title} | {string.Join(" | ", row.Paper.Select(Percent))} |");
            if (!row.Of.Paper.IsEmpty)
            {
                text.Line($"| *the paper's* | {string.Join(" | ", row.Of.Paper.Select(value => Percent(value)))} |");
            }
        }

        text.Line($"").Line($"Percent of {Paper(cells).Images:N0} test images; ten iterations of step 0.1, judged at the last.");
        text.Line($"").Line($"## What withstands everything").Line($"");
        text.Line($"| model | worst case 0.1 (95 %) | 0.2 | 0.3 | seconds an epoch | natural = 1 |");
        text.Line($"|---|--:|--:|--:|--:|--:|");
        var natural = rows[0].SecondsPerEpoch;
        foreach (var row in rows)
        {
            var cost = row.SecondsPerEpoch is { } seconds ? FormattableString.Invariant($"{seconds:F0}") : "";
            var ratio = row.SecondsPerEpoch / natural is { } factor ? FormattableString.Invariant($"{factor:F1}") : "";
            text.Line($"| {row.Title} | {string.Join(" | ", row.Worst)} | {cost} | {ratio} |");
        }

        text.Line($"").Line($"Of the first {WorstCaseImages:N0} test images, those that none of {string.Join(", ", StrongAttacks.Select(entry => entry.Attack.Name))} broke at the radius or below. Seconds are of one processor core, the median epoch; the paper has 2.1 for Ours.");
        text.Line($"").Line($"{Order(rows)}");
        return text.ToString();
    }

    private static MnistMeasurement Paper(MnistCells cells) => new("paper", cells.Workshop.Quick ? 1000 : 10000, PaperAttacks);

    private static readonly MnistMeasurement WorstCase = new("worst-case", WorstCaseImages, StrongAttacks);

    private static string Percent(double? share) => share is { } value ? FormattableString.Invariant($"{value:F1}") : "";

    /// <summary>Whether Ours stands above the three rows that the paper puts below it, under BIM and C&amp;W; and where not.</summary>
    private static string Order(Row[] rows)
    {
        var ours = rows.Single(row => row.Of.Key == MnistRow.Ours.Key);
        var below = rows.Where(row => row.Of.Key is "natural" or "advtrain-once" or "crossentropy").ToArray();
        if (below.Append(ours).Any(row => row.Paper.Any(cell => cell is null)))
        {
            return "The order of the rows cannot be told yet: cells are missing.";
        }

        string[] names = ["natural", "FGSM 0.1", "FGSM 0.2", "FGSM 0.3", "BIM 0.1", "BIM 0.2", "BIM 0.3", "C&W 0.1", "C&W 0.2", "C&W 0.3"];
        var exceptions = below.SelectMany(row => Enumerable.Range(4, 6)
            .Where(i => !(ours.Paper[i] > row.Paper[i])).Select(i => $"{row.Title} at {names[i]}")).ToArray();
        return exceptions.Length == 0
            ? "As in the paper, Ours is above Natural, AdvTrain (crafted once) and CrossEntropy under BIM and C&W at every ε."
            : $"Other than in the paper, Ours is not above: {string.Join("; ", exceptions)}.";
    }

    /// <summary>What is on disk of one row.</summary>
    private sealed class Row
    {
        public Row(MnistRow row, MnistCells cells)
        {
            Of = row;
            var paper = cells.Stored(row, Table1.Paper(cells));
            Paper = paper is null
                ? [.. Enumerable.Repeat((double?)null, 10)]
                : [Share(paper.Natural!.Bits), .. paper.Attacks.Select(attack => (double?)Share(attack.Bits))];
            var strong = cells.Stored(row, WorstCase);
            Worst = [.. Radii.Select((radius, i) => strong is null ? "" : Worst1(strong, radius, interval: i == 0))];
            var times = cells.Times(row).Values.Order().ToArray();
            SecondsPerEpoch = times.Length == 0 ? null : times[times.Length / 2];
        }

        public MnistRow Of { get; }

        public string Title => Of.Title;

        /// <summary>In percent: natural, then the attacks at each radius; null for not run.</summary>
        public IReadOnlyList<double?> Paper { get; }

        public IReadOnlyList<string> Worst { get; }

        public double? SecondsPerEpoch { get; }

        private static double Share(BitString bits) => 100.0 * bits.Ones / bits.Count;

        private static string Worst1(EvaluationFacts facts, double radius, bool interval)
        {
            var bits = Facts.WorstCase.Of(facts, Norm.Linf.Name(), radius)!.Bits;
            var range = Statistics.Wilson(bits.Ones, bits.Count);
            return interval
                ? FormattableString.Invariant($"{Share(bits):F1} ({100 * range.Low:F1} to {100 * range.High:F1})")
                : FormattableString.Invariant($"{Share(bits):F1}");
        }
    }
}
