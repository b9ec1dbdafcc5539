using System.Collections.Immutable;
using RobustnessGate.Attacks;
using RobustnessGate.Drawing;
using RobustnessGate.Facts;
using RobustnessGate.Surfaces;

namespace RobustnessGate.Reproduction;

/// <summary>The paper's surfaces: Figures 1 to 4, 6, 7, 9 and 11 to 14.</summary>
internal static class SurfaceFigures
{
    private const double Radius = 0.3;
    private const double Extent = 0.4;
    private const int WeightResolution = 41;
    private const int WeightImages = 100;
    private const string NotCifar = " The paper's are of CIFAR-10 networks; these are of the MNIST pair.";

    private static readonly Attack Attack = new CwLinf(Steps: 10);

    private static readonly SurfaceSetting Random = Plane(DirectionKind.Random, DirectionKind.Random) with { Attack = null };
    private static readonly SurfaceSetting Adversarial = Plane(DirectionKind.Orthogonal, DirectionKind.Margin);
    private static readonly SurfaceSetting Entropy = Plane(DirectionKind.Orthogonal, DirectionKind.CrossEntropy);

    public static readonly ImmutableArray<PaperFigure> All =
    [
        new(1, $"Loss of the natural network: (a) over the weights it is wide and flat, (b) around an image it is not.{NotCifar} Weights: mean over 100 images, random filter-normalised directions. Image: β up the cross-entropy.", Figure1),
        new(2, $"Loss over the weights of the natural and the robust network, random filter-normalised directions, means over 100 images.{NotCifar}", Figure2),
        new(3, $"Loss around an image of the natural and the robust network, β up the cross-entropy.{NotCifar}", Figure3),
        new(4, $"Loss (above) and decision surface (below) of the natural network around an image: random projection, then β of Eq. 3 for cross-entropy, the least likely class, and the C&W margin, each beside a random α orthogonal to it.{NotCifar}", Figure4),
        new(6, "Decision surfaces around an image: natural network with random and adversarial projection, robust network with random and adversarial projection. The paper's robust network is Min-Max trained; here it is the one named above.", (gallery, robust) => Pairs(gallery, robust, 0)),
        new(7, $"As Figure 6, around another image.{NotCifar}", (gallery, robust) => Pairs(gallery, robust, 1)),
        new(9, "Decision surfaces of the natural and the robust network around an image, β along the C&W margin.", Figure9),
        new(11, "Random projections of the natural network around two images: loss surfaces (above) show large blank areas, decision surfaces (below) do not.", Figure11),
        new(12, "Loss (above) and decision surfaces (below) of the robust network around three images, adversarial projection. The paper's network is Min-Max trained; here it is the one named above.", Figure12),
        new(13, $"Natural network: random and adversarial projection, loss (above) and decision surface (below), around two images.{NotCifar}", Figure13),
        new(14, $"Adversarial projections of the natural and the robust network around two images, loss (above) and decision surface (below).{NotCifar}", Figure14),
    ];

    private static SurfaceSetting Plane(DirectionKind x, DirectionKind y) => new(x, y, Extent) { Epsilon = Radius, Seed = 2018, Attack = Attack };

    private static IEnumerable<(string, string)> Figure1(MnistGallery gallery, PaperRow robust)
    {
        var image = Image(gallery, robust, 0);
        yield return ("", ReliefFigure.Draw(
            "Figure 1: loss of the natural network", "Cross-entropy over the weights (mean over 100 images), and around one image.",
            [
                SurfacePictures.Loss(Weights(gallery, MnistRow.Natural), "(a) parameter space"),
                SurfacePictures.Loss(gallery.Around(MnistRow.Natural, image, Entropy), $"(b) input space, {Named(gallery, image)}"),
            ], 2));
    }

    private static IEnumerable<(string, string)> Figure2(MnistGallery gallery, PaperRow robust)
    {
        Surface[] panels = [.. Both(robust).Select(row => SurfacePictures.Loss(Weights(gallery, row), row.Title))];
        return Seen("Figure 2: loss over the weights", "Mean cross-entropy over 100 images, random filter-normalised directions.", panels);
    }

    private static IEnumerable<(string, string)> Figure3(MnistGallery gallery, PaperRow robust)
    {
        var image = Image(gallery, robust, 0);
        Surface[] panels = [.. Both(robust).Select(row => SurfacePictures.Loss(gallery.Around(row, image, Entropy), row.Title))];
        return Seen("Figure 3: loss around an image", $"Cross-entropy around {Named(gallery, image)}.", panels);
    }

    private static IEnumerable<(string, string)> Figure4(MnistGallery gallery, PaperRow robust)
    {
        var image = Image(gallery, robust, 0);
        (string Title, SurfaceSetting Setting)[] cases =
        [
            ("(a) random", Random), ("(b) cross-entropy", Entropy),
            ("(c) least likely class", Plane(DirectionKind.Orthogonal, DirectionKind.LeastLikely)), ("(d) C&W", Adversarial),
        ];
        SurfaceGrid[] grids = [.. cases.Select(entry => gallery.Around(MnistRow.Natural, image, entry.Setting))];
        yield return ("", LossesAndDecisions(
            "Figure 4: loss and decision surfaces of the natural network", $"Around {Named(gallery, image)}; the path is that of cw-linf.",
            grids, [.. cases.Select(entry => entry.Title)]));
    }

    /// <summary>Both networks, random and adversarial.</summary>
    private static IEnumerable<(string, string)> Pairs(MnistGallery gallery, PaperRow robust, int which)
    {
        var image = Image(gallery, robust, which);
        var panels = Both(robust).SelectMany(row => new[] { ("random", Random), ("adversarial", Adversarial) }.Select(entry =>
            SurfacePictures.Decision(gallery.Around(row, image, entry.Item2), $"{row.Title}, {entry.Item1} projection"))).ToArray();
        return Seen(
            FormattableString.Invariant($"Figure {(which == 0 ? 6 : 7)}: decision surfaces of a natural and a robust network"),
            $"Around {Named(gallery, image)}.", panels);
    }

    private static IEnumerable<(string, string)> Figure9(MnistGallery gallery, PaperRow robust)
    {
        var image = Image(gallery, robust, 2);
        Surface[] panels = [.. Both(robust).Select(row => SurfacePictures.Decision(gallery.Around(row, image, Adversarial), row.Title))];
        return Seen("Figure 9: natural and robust model surface", $"Around {Named(gallery, image)}.", panels);
    }

    private static IEnumerable<(string, string)> Figure11(MnistGallery gallery, PaperRow robust)
    {
        int[] images = [Image(gallery, robust, 3), Image(gallery, robust, 4)];
        yield return ("", LossesAndDecisions(
            "Figure 11: random projections", "Loss surfaces and decision surfaces of the natural network on the same images.",
            [.. images.Select(image => gallery.Around(MnistRow.Natural, image, Random))], [.. images.Select(image => Named(gallery, image))]));
    }

    private static IEnumerable<(string, string)> Figure12(MnistGallery gallery, PaperRow robust)
    {
        int[] images = [Image(gallery, robust, 0), Image(gallery, robust, 1), Image(gallery, robust, 2)];
        yield return ("", LossesAndDecisions(
            "Figure 12: loss and decision surfaces of the robust network", $"{robust.Title}, adversarial projection.",
            [.. images.Select(image => gallery.Around(robust, image, Adversarial))], [.. images.Select(image => Named(gallery, image))]));
    }

    private static IEnumerable<(string, string)> Figure13(MnistGallery gallery, PaperRow robust)
    {
        int[] images = [Image(gallery, robust, 1), Image(gallery, robust, 5)];
        var cases = images.SelectMany(image => new[] { ("random", Random), ("adversarial", Adversarial) }.Select(entry =>
            (Grid: gallery.Around(MnistRow.Natural, image, entry.Item2), Title: $"{Named(gallery, image)}, {entry.Item1}"))).ToArray();
        yield return ("", LossesAndDecisions(
            "Figure 13: random and adversarial projection on the natural network", "Loss above, decision surface below.",
            [.. cases.Select(entry => entry.Grid)], [.. cases.Select(entry => entry.Title)]));
    }

    private static IEnumerable<(string, string)> Figure14(MnistGallery gallery, PaperRow robust)
    {
        int[] images = [Image(gallery, robust, 3), Image(gallery, robust, 5)];
        var cases = images.SelectMany(image => Both(robust).Select(row =>
            (Grid: gallery.Around(row, image, Adversarial), Title: $"{Named(gallery, image)}, {row.Title}"))).ToArray();
        yield return ("", LossesAndDecisions(
            "Figure 14: adversarial projections on both networks", "Loss above, decision surface below.",
            [.. cases.Select(entry => entry.Grid)], [.. cases.Select(entry => entry.Title)]));
    }

    private static SurfaceGrid Weights(MnistGallery gallery, PaperRow row) => gallery.OverWeights(
        row, [.. Enumerable.Range(0, WeightImages)],
        new SurfaceSetting(DirectionKind.Random, DirectionKind.Random, 1) { Resolution = WeightResolution, Seed = 2018 });

    private static string LossesAndDecisions(string title, string caption, SurfaceGrid[] grids, string[] names) => ContourFigure.Draw(
        title, caption,
        [.. grids.Zip(names, (grid, name) => SurfacePictures.Loss(grid, name)), .. grids.Zip(names, (grid, name) => SurfacePictures.Decision(grid, name))],
        grids.Length);

    /// <summary>From above and in space.</summary>
    private static IEnumerable<(string, string)> Seen(string title, string caption, Surface[] panels) =>
        [("", ContourFigure.Draw(title, caption, panels, 2)), ("-relief", ReliefFigure.Draw(title, caption, panels, 2))];

    private static PaperRow[] Both(PaperRow robust) => [MnistRow.Natural, robust];

    /// <summary>The images that both networks classify rightly, by number.</summary>
    private static int Image(MnistGallery gallery, PaperRow robust, int which) => gallery.Right(which + 1, Both(robust))[which];

    private static string Named(MnistGallery gallery, int image) =>
        FormattableString.Invariant($"test image {image}, a {gallery.LabelOf(image)}");
}
