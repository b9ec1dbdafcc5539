using System.Collections.Immutable;
using RobustnessGate.Facts;
using RobustnessGate.Reports;
using RobustnessGate.Surfaces;

namespace RobustnessGate.Reproduction;

/// <summary>
/// What Yu et al. 2018 show by pictures, as numbers over some images: in input space the robust network's plateau is much
/// wider (Fig. 3, 6, 9), in parameter space nothing tells the two apart (Fig. 2), and loss surfaces are blank where decision
/// surfaces are not (Sections 3.1 and 8.1).
/// </summary>
internal static class SurfaceStudy
{
    /// <summary>"ℓ∞ &lt; 0.3 constraints on a (0, 1) pixel range" (Section 4.3).</summary>
    private const double Radius = 0.3;

    private const int Images = 50;
    private const int Resolution = 31;
    private const int WeightResolution = 15;
    private const int WeightPlanes = 5;

    private static readonly ImmutableArray<(string Title, DirectionKind X, DirectionKind Y)> Projections =
    [
        ("random", DirectionKind.Random, DirectionKind.Random),
        ("adversarial (cw)", DirectionKind.Orthogonal, DirectionKind.Margin),
        ("adversarial (ce)", DirectionKind.Orthogonal, DirectionKind.CrossEntropy),
    ];

    /// <param name="say">Receives what is being done.</param>
    /// <returns>Markdown.</returns>
    public static string Run(MnistGallery gallery, PaperRow robust, Action<string> say)
    {
        PaperRow[] rows = [MnistRow.Natural, robust];
        var images = gallery.Right(Images, rows);
        var text = new MarkdownLines();
        text.Line($"The first {images.Length} test images that both networks classify rightly, ε = {Radius} in ℓ∞. Means over the images; in brackets, in how many of them the right-hand network has more.");
        text.Line($"").Line($"## Input space").Line($"");
        text.Line($"| | {rows[0].Title} | {rows[1].Title} | |").Line($"|---|--:|--:|--:|");
        foreach (var (title, x, y) in Projections)
        {
            var plain = rows.Select(row => Surfaces(gallery, row, images, x, y, clip: false, say)).ToArray();
            Row(text, $"{title}: points of the ε-box with L > 0", plain, grid => SurfaceMeasure.RightInBox(grid)!.Value);
            Row(text, $"{title}: those ahead of the sample alone (j > 0)", plain, grid => SurfaceMeasure.RightInBox(grid, ahead: true)!.Value);
            Row(text, $"{title}: points of the square ±{Radius} with L > 0", plain, SurfaceMeasure.Right);
            Row(text, $"{title}: blank area of the loss surface", plain, grid => SurfaceMeasure.Blank(grid, grid.Losses));
            Row(text, $"{title}: blank area of the decision surface", plain, grid => SurfaceMeasure.Blank(grid, grid.Margins));
            var clipped = rows.Select(row => Surfaces(gallery, row, images, x, y, clip: true, say)).ToArray();
            Row(text, $"{title}, points clamped to valid images: ε-box with L > 0", clipped, grid => SurfaceMeasure.RightInBox(grid)!.Value);
        }

        text.Line($"").Line($"Random: two directions of signs. Adversarial: β is the sign of the gradient of −L (cw) or of cross-entropy (ce), α random and orthogonal to it. Unless clamped, points are those of Eq. 1, most of them no valid images. The half of the ε-box ahead is that towards which β points; in the other half L grows. A point is blank where the slope is below {SurfaceMeasure.BlankSlope} of an even slope from the least to the greatest value across the picture.");
        text.Line($"").Line($"## Parameter space").Line($"");
        Weights(text, gallery, rows, images, say);
        return text.ToString();
    }

    private static SurfaceGrid[] Surfaces(
        MnistGallery gallery, PaperRow row, ImmutableArray<int> images, DirectionKind x, DirectionKind y, bool clip, Action<string> say)
    {
        say($"{row.Key}  {x.Name()} × {y.Name()}{(clip ? ", clamped" : "")}");
        var setting = new SurfaceSetting(x, y, Radius) { Resolution = Resolution, Epsilon = Radius, Clip = clip, Seed = 2018 };
        return [.. images.Select(image => gallery.Around(row, image, setting))];
    }

    private static void Row(MarkdownLines text, string title, SurfaceGrid[][] grids, Func<SurfaceGrid, double> share)
    {
        double[] left = [.. grids[0].Select(share)];
        double[] right = [.. grids[1].Select(share)];
        var more = left.Zip(right).Count(pair => pair.Second > pair.First);
        text.Line($"| {title} | {100 * left.Average():F1} % | {100 * right.Average():F1} % | ({more} of {left.Length}) |");
    }

    private static void Weights(MarkdownLines text, MnistGallery gallery, PaperRow[] rows, ImmutableArray<int> images, Action<string> say)
    {
        text.Line($"Means over the same images and {WeightPlanes} planes of random filter-normalised directions each, ±1.").Line($"");
        text.Line($"| | {rows[0].Title} | {rows[1].Title} |").Line($"|---|--:|--:|");
        var grids = rows.Select(row => Enumerable.Range(0, WeightPlanes).Select(plane =>
        {
            say($"{row.Key}  weights, plane {plane + 1}");
            return gallery.OverWeights(row, images, new SurfaceSetting(DirectionKind.Random, DirectionKind.Random, 1) { Resolution = WeightResolution, Seed = plane });
        }).ToArray()).ToArray();
        void Both(string title, Func<SurfaceGrid, double> measure, string format) => text.Line(
            $"| {title} | {grids[0].Average(measure).ToString(format, System.Globalization.CultureInfo.InvariantCulture)} | {grids[1].Average(measure).ToString(format, System.Globalization.CultureInfo.InvariantCulture)} |");
        Both("share of images with L > 0, over the plane", grid => grid.Accuracies.Average(), "P1");
        Both("share of images with L > 0, within ±0.5", grid => Inner(grid, grid.Accuracies), "P1");
        Both("rise of the mean loss, over the plane", grid => grid.Losses.Average() - grid.Origin.Loss, "F3");
        Both("rise of the mean loss, within ±0.5", grid => Inner(grid, grid.Losses) - grid.Origin.Loss, "F3");
    }

    /// <summary>Mean over the inner half of each axis.</summary>
    private static double Inner(SurfaceGrid grid, ImmutableArray<double> values)
    {
        var half = grid.X.Extent / 2;
        return Enumerable.Range(0, values.Length)
            .Where(at => Math.Abs(grid.X.Steps[at % grid.Columns]) <= half && Math.Abs(grid.Y.Steps[at / grid.Columns]) <= half)
            .Average(at => values[at]);
    }
}
