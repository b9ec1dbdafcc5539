using RobustnessGate.Reproduction;
using RobustnessGate.Tests.Samples;

namespace RobustnessGate.SlowTests;

public sealed class GeometrySectionsTests : IDisposable
{
    private readonly DataFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    /// <summary>Both sections are one experiment with another robust network; the paper's figures are of its Sections 4.3 and 5.3.</summary>
    [Fact]
    public void A_section_trains_what_it_compares_once_and_stands_beside_the_papers_figures()
    {
        _folder.Mnist("train", 128);
        _folder.Mnist("t10k", 20);
        var said = new List<string>();
        var cells = new PaperCells(Table1.Description, new(
            _folder.Root, _folder["work"], _folder["networks"], Quick: true, () => 0, said.Add, CancellationToken.None));

        GeometrySections.Run(cells, MnistRow.MinMax);
        var page = GeometrySections.Render(cells, MnistRow.MinMax);

        Assert.True(File.Exists(Path.Combine(_folder["networks"], "minmax.onnx")));
        Assert.Contains("| | Natural | MinMax | ratio | the paper's |\n", page, StringComparison.Ordinal);
        var rows = page.Split('\n').Where(line => line.StartsWith('|')).Skip(2).Select(line => line.Split(" | ")).ToArray();
        Assert.Equal(
            ["about 500 and about 50 |", "1.1 % and 54.0 % |", "1.26 and 0.53 |", "65.6 % and 97.1 % |", " |"],
            rows.Select(row => row[^1]));
        Assert.All(rows, row => Assert.All(row[1..3], Assert.NotEmpty));

        said.Clear();
        GeometrySections.Run(cells, MnistRow.MinMax);
        Assert.All(said, line => Assert.EndsWith("nothing is left to train", line, StringComparison.Ordinal));
        Assert.Equal(2, said.Count);
        Assert.Equal(page, GeometrySections.Render(cells, MnistRow.MinMax));
    }
}
