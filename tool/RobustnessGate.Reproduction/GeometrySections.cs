using System.Collections.Immutable;
using RobustnessGate.Facts;
using RobustnessGate.Reports;

namespace RobustnessGate.Reproduction;

/// <summary>
/// The statistics of Yu et al. 2018 on the geometry of the decision surface: Section 4.3, a natural network against a
/// min-max trained one, and Section 5.3, against one trained with the paper's regularisation.
/// </summary>
internal static class GeometrySections
{
    /// <summary>Title, key of a quantity, and the paper's figure for the natural and the robust network.</summary>
    private static readonly ImmutableArray<(string Title, string Key, string Natural43, string Robust43, string Ratio53)> Quantities =
    [
        ("‖J‖₁, mean", "jacobianL1", "about 500", "about 50", "10 times less"),
        ("share of \\|J_i\\| < 0.01, mean", "jacobianZeroRatio", "1.1 %", "54.0 %", ""),
        ("‖H‖₁, mean", "hessianL1", "1.26", "0.53", "3 times less"),
        ("share of \\|λ\\| < 1e-9, mean", "hessianZeroRatio", "65.6 %", "97.1 %", ""),
        ("linear radius, median", "linearRadius", "", "", ""),
    ];

    /// <param name="robust">The row that the natural network is compared with.</param>
    public static void Run(PaperCells cells, PaperRow robust)
    {
        foreach (var row in new[] { MnistRow.Natural, robust }.Select(cells.Scaled))
        {
            cells.Train(row).Dispose();
            cells.Measure(row, Geometry(cells));
        }
    }

    /// <summary>The comparison in Markdown, of what is on disk.</summary>
    public static string Render(PaperCells cells, PaperRow robust)
    {
        var inSection43 = robust.Key == MnistRow.MinMax.Key;
        var (natural, other) = (Summaries(cells, MnistRow.Natural), Summaries(cells, robust));
        var text = new MarkdownLines();
        text.Line($"| | Natural | {robust.Title} | ratio | the paper's |");
        text.Line($"|---|--:|--:|--:|---|");
        foreach (var (title, key, natural43, robust43, ratio53) in Quantities)
        {
            var (a, b) = (Value(natural, key), Value(other, key));
            var ratio = a is > 0 && b is > 0 ? FormattableString.Invariant($"{b / a:G3}") : "";
            var paper = !inSection43 ? ratio53 : natural43.Length > 0 ? $"{natural43} and {robust43}" : "";
            text.Line($"| {title} | {Text(a)} | {Text(b)} | {ratio} | {paper} |");
        }

        text.Line($"").Line($"Of the first {Geometry(cells).Images} test images, those classified rightly; in float64, exactly. H is the Hessian of cross-entropy: that of the margin is zero almost everywhere in a piecewise linear network, and for the same reason at most 9 of 784 eigenvalues differ from zero, in any such network. The paper's shares of zero eigenvalues can only be float32 rounding noise below the threshold.");
        return text.ToString();
    }

    /// <summary>"We randomly take 100 input images from test set": here the first 100; 20 for a quick run.</summary>
    private static CellMeasurement Geometry(PaperCells cells)
    {
        var images = cells.Workshop.Quick ? 20 : 100;
        return new("geometry", images, images, [], new Policies.IndicatorSection(images));
    }

    private static IndicatorFact? Summaries(PaperCells cells, PaperRow row) => cells.Stored(cells.Scaled(row), Geometry(cells))?.All[0].Indicator;

    private static double? Value(IndicatorFact? fact, string key)
    {
        if (fact is null || !fact.PerSample.TryGetValue(key, out var values))
        {
            return null;
        }

        var summary = IndicatorSummary.Of(values, fact.Right);
        return key == "linearRadius" ? summary.Median : summary.Mean;
    }

    private static string Text(double? value) => value is { } number ? FormattableString.Invariant($"{number:G4}") : "";
}
