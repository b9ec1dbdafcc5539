using System.Collections.Immutable;

namespace RobustnessGate.Drawing;

/// <summary>One network's share of a histogram.</summary>
/// <param name="Zeros">Values that are zero or too small for the first bin.</param>
/// <param name="Counts">Values in each bin.</param>
internal sealed record HistogramSeries(string Name, long Zeros, ImmutableArray<int> Counts)
{
    /// <summary>All values.</summary>
    public long Total => Zeros + Counts.Sum(count => (long)count);
}

/// <summary>Magnitudes on a logarithmic axis.</summary>
/// <param name="Label">What is counted, with its unit.</param>
/// <param name="FirstDecade">Power of ten at which the first bin begins.</param>
/// <param name="DecadesPerBin">Width of a bin.</param>
/// <param name="Series">One network or two: the first filled, the second outlined over it.</param>
internal sealed record HistogramPanel(
    string Title, string Label, double FirstDecade, double DecadesPerBin, ImmutableArray<HistogramSeries> Series);

/// <summary>Distributions of |J| and of eigenvalues, as in Fig. 8 of Yu et al. (2018); shares, so that networks compare.</summary>
internal static class HistogramFigure
{
    private const double Width = 300, Height = 190, ZeroWidth = 26, Gap = 20;

    /// <summary>The picture as SVG.</summary>
    /// <param name="caption">What it shows, in a sentence or two; also its description.</param>
    /// <param name="columns">How many panels stand side by side.</param>
    /// <exception cref="ArgumentException">There is no panel, one has no or more than two series, or these differ in their bins.</exception>
    public static string Draw(string title, string caption, IReadOnlyList<HistogramPanel> panels, int columns)
    {
        if (panels.Count == 0 || columns < 1 || panels.Any(panel => panel.Series.Length is < 1 or > 2
            || panel.Series.Any(series => series.Counts.Length != panel.Series[0].Counts.Length)))
        {
            throw new ArgumentException("A picture needs a panel and a column, a panel one or two series of equal bins.", nameof(panels));
        }

        return new ChartGrid(Width, Height, ChartGrid.Percentages).Draw(
            title, caption, [.. panels.Select(panel => (panel.Title, Chart(panel)))], columns, Names(panels));
    }

    private static Action<Canvas, Spot> Chart(HistogramPanel panel) => (canvas, corner) => Panel(canvas, panel, corner.X, corner.Y);

    private static void Panel(Canvas canvas, HistogramPanel panel, double left, double top)
    {
        var (first, last) = Occupied(panel);
        double low = panel.FirstDecade + (first * panel.DecadesPerBin), high = panel.FirstDecade + ((last + 1) * panel.DecadesPerBin);
        var most = panel.Series.Max(series => series.Counts.Select(count => Share(series, count)).Append(Share(series, series.Zeros)).Max());
        var ceiling = most > 0 ? most * 1.05 : 1;
        var bars = new Plot(left + ZeroWidth + Gap, top, Width - ZeroWidth - Gap, Height, low, high, 0, ceiling);
        var zeros = bars with { Left = left, Width = ZeroWidth, LowX = 0, HighX = 1 };
        var upwards = AxisText.Of("share of values", 0, ceiling * 100, Height, upright: true);
        upwards = upwards with { Places = [.. upwards.Places.Select(place => place / 100)], Labels = [.. upwards.Labels.Select(text => text + "%")] };
        foreach (var place in upwards.Places.Skip(1))
        {
            canvas.Line(zeros.At(0, place), bars.At(high, place), "grid");
        }

        for (var i = 0; i < panel.Series.Length; i++)
        {
            var (series, style) = (panel.Series[i], i == 0 ? "one bar" : "two hollow");
            var text = new PathText().Polygon(Bar(zeros, 0.1, 0.9, Share(series, series.Zeros)));
            for (var bin = first; bin <= last; bin++)
            {
                var from = panel.FirstDecade + (bin * panel.DecadesPerBin);
                if (series.Counts[bin] > 0)
                {
                    text.Polygon(Bar(bars, from, from + panel.DecadesPerBin, Share(series, series.Counts[bin])));
                }
            }

            canvas.Path(text.ToString(), style);
        }

        canvas.Line(zeros.At(0, 0), zeros.At(1, 0), "frame");
        canvas.Line(bars.At(low, 0), bars.At(high, 0), "frame");
        canvas.Text(new(left + (ZeroWidth / 2), top + Height + 6 + AxisText.NumberSize), "0", AxisText.NumberSize, Anchor.Middle, "soft");
        upwards.Beside(canvas, zeros);
        Decades(panel.Label, low, high, bars.Width).Below(canvas, bars);
    }

    /// <summary>Ticks at whole powers of ten, so many that they stand apart.</summary>
    private static AxisText Decades(string label, double low, double high, double width)
    {
        var widest = FontMetrics.Width("1e−16", AxisText.NumberSize) + 8;
        var step = Math.Max(1, Math.Ceiling((high - low) * widest / width));
        double[] places = [.. Ticks.Between(low, high, step)];
        return new(places, [.. places.Select(place => "1e" + Digits.Tick(place, 1))], label);
    }

    /// <summary>First and last bin with a value in some series; all where there is none.</summary>
    private static (int First, int Last) Occupied(HistogramPanel panel)
    {
        int[] bins = [.. Enumerable.Range(0, panel.Series[0].Counts.Length).Where(bin => panel.Series.Any(series => series.Counts[bin] > 0))];
        return bins.Length == 0 ? (0, panel.Series[0].Counts.Length - 1) : (bins[0], bins[^1]);
    }

    private static double Share(HistogramSeries series, long count) => series.Total == 0 ? 0 : (double)count / series.Total;

    private static Spot[] Bar(Plot plot, double from, double to, double height) =>
        [plot.At(from, 0), plot.At(from, height), plot.At(to, height), plot.At(to, 0)];

    private static ImmutableArray<LegendEntry> Names(IReadOnlyList<HistogramPanel> panels)
    {
        var names = ImmutableArray.CreateBuilder<LegendEntry>();
        foreach (var (name, second) in panels.SelectMany(panel => panel.Series.Select((series, i) => (series.Name, Second: i == 1))).Distinct())
        {
            names.Add(new(name, (canvas, at) => canvas.Rectangle(at.X + 1, at.Y + 1, 24, 10, second ? "two hollow" : "one bar")));
        }

        return names.ToImmutable();
    }
}
