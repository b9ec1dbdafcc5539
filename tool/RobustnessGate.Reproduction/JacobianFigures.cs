using System.Collections.Immutable;
using RobustnessGate.Drawing;
using RobustnessGate.Indicators;

namespace RobustnessGate.Reproduction;

/// <summary>The paper's Jacobians and their statistics: Figures 8, 10 and 15.</summary>
internal static class JacobianFigures
{
    /// <summary>"We randomly take 100 input images from test set": here the first that both networks classify rightly.</summary>
    private const int Images = 100;

    /// <summary>The paper's Figure 8 is of a "6".</summary>
    private const int Digit = 6;

    private static readonly int[] Shape = [1, 28, 28];

    public static readonly ImmutableArray<PaperFigure> All =
    [
        new(8, $"Jacobians of both networks at an image of a {Digit}, each normalised to 0 … 255 as in the paper, and the distributions of |∂L/∂x_i| and of the eigenvalues of the Hessian of cross-entropy over {Images} images. Of its 784 eigenvalues the 10 that C backward passes give are shown, one of which is always 0; the others are exactly 0 in any ReLU network. The paper's robust network is Min-Max trained; here it is the one named above.", Figure8),
        new(10, "Images and the Jacobians of both networks, each normalised to 0 … 255. The paper shows CIFAR-10 as well; there are no such networks here.", (gallery, robust) => Gallery(gallery, robust, 10, 0, 5)),
        new(15, "As Figure 10, with more images.", (gallery, robust) => Gallery(gallery, robust, 15, 5, 7)),
    ];

    private static IEnumerable<(string, string)> Figure8(MnistGallery gallery, PaperRow robust)
    {
        PaperRow[] rows = [MnistRow.Natural, robust];
        var images = gallery.Right(Images, rows);
        var six = images.First(image => gallery.LabelOf(image) == Digit);
        yield return ("-jacobian", Pictures(gallery, rows, "Figure 8: Jacobians", [six]));
        yield return ("", HistogramFigure.Draw(
            "Figure 8: Jacobian and Hessian", FormattableString.Invariant($"Over the first {images.Length} test images that both networks classify rightly; in float64."),
            [
                Panel("entries of the Jacobian", "|∂L/∂x|", row => images.SelectMany(image => gallery.Jacobian(row, image))),
                Panel("eigenvalues of the Hessian", "|λ|", row => images.SelectMany(image => gallery.Eigenvalues(row, image))),
            ], 2));

        HistogramPanel Panel(string title, string label, Func<PaperRow, IEnumerable<double>> values)
        {
            var distributions = rows.Select(row =>
            {
                var histogram = new Histogram(title);
                histogram.Add(values(row));
                return histogram.ToDistribution();
            }).ToArray();
            return new(
                title, label, distributions[0].From, distributions[0].Step,
                [.. distributions.Zip(rows, (found, row) => new HistogramSeries(row.Title, found.Zeros, [.. found.Counts]))]);
        }
    }

    private static IEnumerable<(string, string)> Gallery(MnistGallery gallery, PaperRow robust, int number, int first, int count)
    {
        PaperRow[] rows = [MnistRow.Natural, robust];
        int[] images = [.. gallery.Right(first + count, rows).Skip(first)];
        yield return ("", Pictures(gallery, rows, FormattableString.Invariant($"Figure {number}: Jacobians"), images));
    }

    private static string Pictures(MnistGallery gallery, PaperRow[] rows, string title, IEnumerable<int> images) => PixelFigure.Draw(
        title, "Test images of MNIST and ∂L/∂x there, each Jacobian from its least to its greatest entry.",
        ["image", .. rows.Select(row => row.Title)],
        [
            .. images.Select(image => new PixelRow(
                [FormattableString.Invariant($"test image {image}"), FormattableString.Invariant($"a {gallery.LabelOf(image)}")],
                [
                    Pixels.Of(Shape, gallery.PixelsOf(image), 0, 1),
                    .. rows.Select(row => (Pixels?)Normalised(gallery.Jacobian(row, image))),
                ])),
        ]);

    private static Pixels Normalised(double[] jacobian) =>
        Pixels.Of(Shape, [.. jacobian.Select(value => (float)value)], jacobian.Min(), jacobian.Max());
}
