using System.Collections.Immutable;
using RobustnessGate.Reports;

namespace RobustnessGate.Reproduction;

/// <summary>A figure of Yu et al. 2018, drawn from networks of this project.</summary>
/// <param name="Number">The paper's.</param>
/// <param name="Caption">What is shown, and where it is not what the paper shows.</param>
/// <param name="Draw">Networks and the robust one's row in; pictures (suffix of the file's name, SVG) out.</param>
internal sealed record PaperFigure(int Number, string Caption, Func<MnistGallery, PaperRow, IEnumerable<(string Suffix, string Svg)>> Draw)
{
    /// <summary>Those that networks can be asked for, in the paper's order; 5 is a drawing of an osculating circle.</summary>
    public static readonly ImmutableArray<PaperFigure> All =
        [.. SurfaceFigures.All.Concat(JacobianFigures.All).OrderBy(figure => figure.Number)];

    public string Name => FormattableString.Invariant($"figure{Number}");

    /// <summary>The page that shows figures that lie beside it.</summary>
    /// <param name="files">Names of the pictures of each figure.</param>
    public static string Page(IEnumerable<(PaperFigure Figure, IReadOnlyList<string> Files)> files, PaperRow robust, string command)
    {
        var text = new MarkdownLines();
        text.Line($"# Figures of the paper, from the networks of this project").Line($"");
        text.Line($"```console").Line($"{command}").Line($"```").Line($"");
        text.Line($"Networks: `docs/reproduction/mnist/natural.onnx` and `{robust.Key}.onnx` ({robust.Title}), on test images of MNIST. There is no pair of CIFAR-10 networks here, so figures that the paper draws from one are drawn from the MNIST pair, and say so. Planes are not clamped to valid images, as in Eq. 1; coordinates along an axis are ℓ∞ distances on the pixel range 0 … 1. A single figure: `dotnet robustness-gate reproduce figure6 --data DIR`.");
        foreach (var (figure, names) in files)
        {
            text.Line($"").Line($"## Figure {figure.Number}").Line($"{figure.Caption}");
            foreach (var name in names)
            {
                text.Line($"").Line($"![Figure {figure.Number}]({name})");
            }
        }

        return text.ToString();
    }
}
