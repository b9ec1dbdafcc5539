using System.Collections.Immutable;

namespace RobustnessGate.Drawing;

/// <summary>
/// Surfaces in space, side by side, as in Figs. 1 to 3 of Yu et al. (2018); those of one quantity share one scale of colours
/// and of heights.
/// </summary>
internal static class ReliefFigure
{
    /// <summary>More facets than this on a side are finer than the picture.</summary>
    private const int MostNodes = 61;

    private const int FewestNodes = 8;

    private const double Apart = 12;

    /// <summary>The picture as SVG of at most 200 KB; the more panels, the fewer facets.</summary>
    /// <inheritdoc cref="ContourFigure.Draw(string, string, IReadOnlyList{Surface}, int)"/>
    public static string Draw(string title, string caption, IReadOnlyList<Surface> surfaces, int columns)
    {
        if (surfaces.Count == 0 || columns < 1)
        {
            throw new ArgumentException("A picture needs a surface and a column.", nameof(surfaces));
        }

        Surface[] drawn = [.. surfaces.Select(surface => surface.Checked() with { Box = [], Path = [], Crossings = [] })];
        var scales = ContourFigure.Scales(drawn);
        return Frame.Fit(tolerance => Draw(
            title, caption, drawn, Math.Min(columns, drawn.Length), scales,
            Math.Max(FewestNodes, (int)(MostNodes * Math.Sqrt(Frame.Finest / tolerance)))));
    }

    private static string Draw(
        string title, string caption, Surface[] surfaces, int columns, ImmutableArray<ColourScale> scales, int nodes)
    {
        var room = 14 + scales.Max(scale => scale.Levels.Max(level => FontMetrics.Width(Digits.Tick(level, scale.Step), AxisText.NumberSize)));
        var sides = surfaces.Select(Relief.Sides).ToArray();
        room = Math.Max(room, sides.Max(side => side.Left));
        var each = room + Relief.Width + sides.Max(side => side.Right);
        var inner = (columns * each) + ((columns - 1) * Apart);
        var width = inner + (2 * Frame.Margin);
        var canvas = new Canvas(width, title, caption);
        var y = Frame.Head(canvas, width, title, caption);
        foreach (var row in surfaces.Chunk(columns))
        {
            ImmutableArray<string>[] titles = [.. row.Select(surface => Frame.PanelLines(surface.Title, Relief.Width))];
            y += Frame.PanelHeight(titles.Max(lines => lines.Length)) + 4;
            for (var column = 0; column < row.Length; column++)
            {
                var left = Frame.Margin + (column * (each + Apart)) + room;
                Frame.PanelTitle(canvas, titles[column], left, y - 4);
                new Relief(canvas, row[column], scales.First(scale => scale.Quantity == row[column].Quantity), new(left, y), nodes).Draw();
            }

            y += Relief.Height + Relief.Under;
        }

        y = ContourFigure.Bars(canvas, scales, y + 4, inner);
        var legend = SurfaceLegend.Of(surfaces, hatched: false);
        Legend.Draw(canvas, legend, Frame.Margin, y + 6, inner);
        return canvas.ToSvg(y + 6 + Legend.Height(legend, inner) + 8);
    }
}
