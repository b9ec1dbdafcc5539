using System.Xml.Linq;
using RobustnessGate.Reproduction;
using RobustnessGate.Surfaces;

namespace RobustnessGate.Tests.Reproduction;

public sealed class PaperFigureTests
{
    [Fact]
    public void Every_figure_that_networks_can_be_asked_for_is_there() =>
        Assert.Equal([1, 2, 3, 4, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15], PaperFigure.All.Select(figure => figure.Number));

    [Fact]
    public void A_figure_of_other_networks_than_the_paper_s_says_so() => Assert.All(
        PaperFigure.All.Where(figure => figure.Number is 1 or 2 or 3 or 4 or 7 or 13 or 14),
        figure => Assert.Contains("CIFAR-10", figure.Caption, StringComparison.Ordinal));

    [Fact]
    public void Committed_figures_are_on_their_page()
    {
        var folder = Path.Combine(TestData.Root, "docs", "reproduction", "figures");
        var page = File.ReadAllText(Path.Combine(folder, "README.md"));
        var files = Directory.GetFiles(folder, "*.svg");

        Assert.NotEmpty(files);
        Assert.All(files, file =>
        {
            Assert.Contains($"]({Path.GetFileName(file)})", page, StringComparison.Ordinal);
            Assert.InRange(new FileInfo(file).Length, 1000, 200_000);
        });
    }

    [SharedDataFact("mnist/t10k-images-idx3-ubyte.gz")]
    public void Trained_networks_have_surfaces_spectra_and_pictures()
    {
        using var gallery = new MnistGallery(
            TestData.Shared("mnist")!, Path.Combine(TestData.Root, "docs", "reproduction", "mnist"), CancellationToken.None);
        var image = gallery.Right(3, MnistRow.Natural, MnistRow.Ours)[2];
        var setting = new SurfaceSetting(DirectionKind.Orthogonal, DirectionKind.Margin, 1e-4) { Resolution = 3 };
        foreach (var row in new[] { MnistRow.Natural, MnistRow.Ours })
        {
            var grid = gallery.Around(row, image, setting);
            // No equality: equal black pixels tie in the pooling, so that the sample itself lies on a kink.
            Assert.InRange(grid.Margins[7] - grid.Margins[4], -1.5e-4 * gallery.Jacobian(row, image).Sum(Math.Abs), -1e-12);
            Assert.Equal(gallery.LabelOf(image), grid.Origin.Prediction);
            Assert.InRange(gallery.Eigenvalues(row, image).Length, 1, 10);
        }

        var figure = PaperFigure.All.Single(figure => figure.Number == 10);
        var picture = Assert.Single(figure.Draw(gallery, MnistRow.Ours));
        Assert.Equal("svg", XDocument.Parse(picture.Svg).Root!.Name.LocalName);
    }
}
