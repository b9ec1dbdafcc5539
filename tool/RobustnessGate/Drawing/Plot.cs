namespace RobustnessGate.Drawing;

/// <summary>A rectangle of a picture, and the ranges of numbers that its sides stand for.</summary>
internal readonly record struct Plot(double Left, double Top, double Width, double Height, double LowX, double HighX, double LowY, double HighY)
{
    public double Right => Left + Width;

    public double Bottom => Top + Height;

    public Spot At(double x, double y) =>
        new(Left + ((x - LowX) / (HighX - LowX) * Width), Bottom - ((y - LowY) / (HighY - LowY) * Height));

    public Spot At(Point point) => At(point.X, point.Y);
}

/// <summary>Ticks, their numbers and the label of an axis.</summary>
/// <param name="Places">Where ticks stand, in the axis' numbers.</param>
/// <param name="Labels">What stands at each; empty: nothing.</param>
internal sealed record AxisText(double[] Places, string[] Labels, string Label)
{
    /// <summary>Font sizes of numbers and of labels.</summary>
    public const double NumberSize = 11, LabelSize = 12;

    private const int MostTicks = 7;

    /// <summary>Round numbers, as many as fit beside each other along a length.</summary>
    /// <param name="upright">Whether the axis is vertical, so that the height of numbers counts and not their width.</param>
    public static AxisText Of(string label, double low, double high, double length, bool upright)
    {
        for (var most = MostTicks; ; most--)
        {
            var step = Ticks.Step(high - low, most);
            double[] places = [.. Ticks.Between(low, high, step)];
            string[] labels = [.. places.Select(place => Digits.Tick(place, step))];
            var need = upright ? NumberSize * 1.6 : 10 + Widest(labels);
            if (most <= 2 || places.Length < 2 || need <= step / (high - low) * length)
            {
                return new(places, labels, label);
            }
        }
    }

    /// <summary>Width of the widest number.</summary>
    public double NumberWidth => Widest(Labels);

    /// <summary>Room that a vertical axis takes to the left of its plot.</summary>
    public double Room => NumberWidth + 10 + (LabelSize * 1.5);

    /// <summary>Room that a horizontal axis takes under its plot.</summary>
    public const double Depth = 10 + (NumberSize * 1.1) + (LabelSize * 1.6);

    /// <summary>Draws it under a plot.</summary>
    public void Below(Canvas canvas, Plot plot)
    {
        for (var i = 0; i < Places.Length; i++)
        {
            var at = plot.At(Places[i], plot.LowY);
            canvas.Line(at, at with { Y = at.Y + 4 }, "frame");
            canvas.Text(at with { Y = at.Y + 6 + NumberSize }, Labels[i], NumberSize, Anchor.Middle, "soft");
        }

        var label = FontMetrics.Shorten(Label, plot.Width, LabelSize);
        canvas.Text(new(plot.Left + (plot.Width / 2), plot.Bottom + Depth - 4), label, LabelSize, Anchor.Middle);
    }

    /// <summary>Draws it to the left of a plot.</summary>
    public void Beside(Canvas canvas, Plot plot)
    {
        for (var i = 0; i < Places.Length; i++)
        {
            var at = plot.At(plot.LowX, Places[i]);
            canvas.Line(at with { X = at.X - 4 }, at, "frame");
            canvas.Text(new(at.X - 7, at.Y + (NumberSize * 0.36)), Labels[i], NumberSize, Anchor.End, "soft");
        }

        var label = FontMetrics.Shorten(Label, plot.Height, LabelSize);
        canvas.Text(new(plot.Left - NumberWidth - 10 - (LabelSize * 0.5), plot.Top + (plot.Height / 2)), label, LabelSize, Anchor.Middle, upright: false);
    }

    private static double Widest(IEnumerable<string> numbers) => numbers.Select(text => FontMetrics.Width(text, NumberSize)).DefaultIfEmpty().Max();
}
