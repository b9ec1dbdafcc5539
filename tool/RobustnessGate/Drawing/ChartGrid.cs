using System.Collections.Immutable;

namespace RobustnessGate.Drawing;

/// <summary>Charts in rows under a title and a caption, with one legend at the foot.</summary>
/// <param name="Width">Of a chart's plot.</param>
/// <param name="Height">Of a chart's plot; the axis below it takes <see cref="AxisText.Depth"/> more.</param>
/// <param name="Room">For the axis to the left of each.</param>
internal sealed record ChartGrid(double Width, double Height, double Room)
{
    private const double Apart = 24;

    /// <summary>Room for an axis of percentages.</summary>
    public static readonly double Percentages = FontMetrics.Width("100%", AxisText.NumberSize) + 10 + (AxisText.LabelSize * 1.5);

    /// <param name="charts">A chart's title, and what draws it with its upper left corner at a place.</param>
    public string Draw(
        string title, string caption, IReadOnlyList<(string Title, Action<Canvas, Spot> Chart)> charts, int columns, ImmutableArray<LegendEntry> legend)
    {
        columns = Math.Min(columns, charts.Count);
        var inner = (columns * (Room + Width)) + ((columns - 1) * Apart);
        var width = inner + (2 * Frame.Margin) + 8;
        var canvas = new Canvas(width, title, caption);
        var y = Frame.Head(canvas, width, title, caption);
        foreach (var row in charts.Chunk(columns))
        {
            ImmutableArray<string>[] titles = [.. row.Select(chart => Frame.PanelLines(chart.Title, Width))];
            y += Frame.PanelHeight(titles.Max(lines => lines.Length));
            for (var column = 0; column < row.Length; column++)
            {
                var left = Frame.Margin + (column * (Room + Width + Apart)) + Room;
                Frame.PanelTitle(canvas, titles[column], left, y);
                row[column].Chart(canvas, new(left, y));
            }

            y += Height + AxisText.Depth + 6;
        }

        Legend.Draw(canvas, legend, Frame.Margin, y + 4, inner);
        return canvas.ToSvg(y + 4 + Legend.Height(legend, inner) + 8);
    }
}
