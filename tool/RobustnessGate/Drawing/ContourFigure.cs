using System.Collections.Immutable;

namespace RobustnessGate.Drawing;

/// <summary>
/// Surfaces seen from above, side by side: bands of values with their isolines, the boundary L = 0 and the region beyond it,
/// the ε-box, the attack's path and the ways to the boundary along the axes, as in Figs. 4, 6 and 7 of Yu et al. (2018). All
/// surfaces of one quantity share one scale of colours, so that equal colours are equal values.
/// </summary>
internal static class ContourFigure
{
    private const double Side = 290, Apart = 22;

    /// <summary>The picture as SVG of at most 200 KB.</summary>
    /// <param name="title">Names the picture.</param>
    /// <param name="caption">What it shows, in a sentence or two; also its description.</param>
    /// <param name="surfaces">Row by row, from the left; each with at least two nodes on each axis.</param>
    /// <param name="columns">How many stand side by side.</param>
    /// <exception cref="ArgumentException">There is no surface, or one doesn't fit its axes or has no place for its sample.</exception>
    public static string Draw(string title, string caption, IReadOnlyList<Surface> surfaces, int columns)
    {
        if (surfaces.Count == 0 || columns < 1)
        {
            throw new ArgumentException("A picture needs a surface and a column.", nameof(surfaces));
        }

        Surface[] drawn = [.. surfaces.Select(surface => surface.Checked())];
        var scales = Scales(drawn);
        return Frame.Fit(tolerance => Draw(title, caption, drawn, Math.Min(columns, drawn.Length), scales, tolerance));
    }

    /// <summary>One scale for each quantity, in the order in which they appear.</summary>
    internal static ImmutableArray<ColourScale> Scales(IReadOnlyList<Surface> surfaces) =>
        [.. surfaces.GroupBy(surface => surface.Quantity).Select(group => ColourScale.Of(group.Key, group.SelectMany(surface => surface.Values)))];

    private static string Draw(
        string title, string caption, IReadOnlyList<Surface> surfaces, int columns, ImmutableArray<ColourScale> scales, double tolerance)
    {
        AxisText[] across = [.. surfaces.Select(surface => AxisText.Of(surface.X.Label, surface.X.Low, surface.X.High, Side, upright: false))];
        AxisText[] upwards = [.. surfaces.Select(surface => AxisText.Of(surface.Y.Label, surface.Y.Low, surface.Y.High, Side, upright: true))];
        var room = upwards.Max(axis => axis.Room);
        var inner = (columns * (room + Side)) + ((columns - 1) * Apart);
        var width = inner + (2 * Frame.Margin) + 8;
        var canvas = new Canvas(width, title, caption);
        var y = Frame.Head(canvas, width, title, caption);
        for (var first = 0; first < surfaces.Count; first += columns)
        {
            var row = Enumerable.Range(first, Math.Min(columns, surfaces.Count - first)).ToArray();
            ImmutableArray<string>[] titles = [.. row.Select(i => Frame.PanelLines(surfaces[i].Title, Side))];
            y += Frame.PanelHeight(titles.Max(lines => lines.Length));
            for (var column = 0; column < row.Length; column++)
            {
                var surface = surfaces[row[column]];
                var left = Frame.Margin + (column * (room + Side + Apart)) + room;
                var plot = new Plot(left, y, Side, Side, surface.X.Low, surface.X.High, surface.Y.Low, surface.Y.High);
                Frame.PanelTitle(canvas, titles[column], left, y);
                new SurfaceDrawing(canvas, surface, scales.First(scale => scale.Quantity == surface.Quantity), plot, tolerance).Draw();
                across[row[column]].Below(canvas, plot);
                upwards[row[column]].Beside(canvas, plot);
            }

            y += Side + AxisText.Depth + 4;
        }

        y = Bars(canvas, scales, y + 6, inner);
        var legend = SurfaceLegend.Of(surfaces, hatched: true);
        Legend.Draw(canvas, legend, Frame.Margin, y + 6, inner);
        return canvas.ToSvg(y + 6 + Legend.Height(legend, inner) + 8);
    }

    /// <summary>Colour bars side by side.</summary>
    /// <returns>Where the rest starts.</returns>
    internal static double Bars(Canvas canvas, ImmutableArray<ColourScale> scales, double top, double width)
    {
        var each = width / scales.Length;
        for (var i = 0; i < scales.Length; i++)
        {
            var bar = Math.Min(each - 16, 380);
            ColourBar.Draw(canvas, scales[i], Frame.Margin + (i * each) + ((each - bar) / 2), top, bar);
        }

        return top + ColourBar.Height;
    }
}
