namespace RobustnessGate.Drawing;

/// <summary>The bands of a scale in a row, with the numbers between them; a pointed end says that values go beyond.</summary>
internal static class ColourBar
{
    private const double Thickness = 12, Point = 9, TitleSize = AxisText.LabelSize, NumberSize = AxisText.NumberSize;

    /// <summary>Room that a bar takes.</summary>
    public const double Height = (TitleSize * 1.5) + Thickness + (NumberSize * 1.7);

    public static void Draw(Canvas canvas, ColourScale scale, double left, double top, double width)
    {
        var title = scale.Quantity == SurfaceQuantity.Decision ? "decision function L (logits)" : "cross-entropy loss (nats)";
        canvas.Text(new(left + (width / 2), top + TitleSize), FontMetrics.Shorten(title, width, TitleSize), TitleSize, Anchor.Middle);
        string[] numbers = [.. scale.Levels.Select(level => Digits.Tick(level, scale.Step))];
        var widest = numbers.Max(number => FontMetrics.Width(number, NumberSize));
        var margin = Math.Max(Point + 1, widest / 2);
        var bar = new Plot(left + margin, top + (TitleSize * 1.5), width - (2 * margin), Thickness, scale.Levels[0], scale.Levels[^1], 0, 1);
        for (var band = 0; band < scale.Levels.Length - 1; band++)
        {
            var (from, to) = (bar.At(scale.Levels[band], 1), bar.At(scale.Levels[band + 1], 0));
            canvas.Rectangle(from.X, from.Y, to.X - from.X, Thickness, scale.Band(band));
        }

        canvas.Rectangle(bar.Left, bar.Top, bar.Width, Thickness, "frame");
        if (scale.Below)
        {
            canvas.Path(End(bar.Left, -Point, bar.Top), $"iso {scale.Band(0)}");
        }

        if (scale.Above)
        {
            canvas.Path(End(bar.Right, Point, bar.Top), $"iso {scale.Band(scale.Levels.Length - 2)}");
        }

        // Every number, every second or every fifth, so that they stand apart and 0 is among them.
        var zero = (int)Math.Round(-scale.Levels[0] / scale.Step);
        var apart = bar.Width / (numbers.Length - 1);
        var every = ((ReadOnlySpan<int>)[1, 2, 5]).ToArray().FirstOrDefault(step => step * apart > widest + 6, numbers.Length);
        for (var i = 0; i < numbers.Length; i++)
        {
            if ((i - zero) % every == 0)
            {
                canvas.Text(new(bar.At(scale.Levels[i], 0).X, bar.Bottom + 3 + NumberSize), numbers[i], NumberSize, Anchor.Middle, "soft");
            }
        }
    }

    private static string End(double x, double point, double top) =>
        new PathText().Polygon([new(x, top), new(x + point, top + (Thickness / 2)), new(x, top + Thickness)]).ToString();
}
