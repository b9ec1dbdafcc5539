namespace RobustnessGate.Drawing;

/// <summary>A rectangle that something takes up.</summary>
internal readonly record struct Box(double Left, double Top, double Right, double Bottom)
{
    public bool Overlaps(Box other) => Left < other.Right && other.Left < Right && Top < other.Bottom && other.Top < Bottom;

    public bool Contains(Box other) => Left <= other.Left && Top <= other.Top && other.Right <= Right && other.Bottom <= Bottom;

    /// <summary>What a line of text takes up.</summary>
    public static Box Of(Spot at, string text, double size, Anchor anchor, bool bold)
    {
        var width = FontMetrics.Width(text, size, bold);
        var left = at.X - (anchor switch { Anchor.Middle => width / 2, Anchor.End => width, _ => 0 });
        return new(left, at.Y - (FontMetrics.Ascent * size), left + width, at.Y + (FontMetrics.Descent * size));
    }
}

/// <summary>Finds places for labels within an area so that none covers another or a mark; a label without a place is left out.</summary>
internal sealed class TextBoxes(Box area)
{
    private readonly List<Box> _taken = [];

    /// <summary>Keeps labels off a line.</summary>
    public void Keep(Spot from, Spot to)
    {
        var steps = Math.Clamp((int)(Math.Max(Math.Abs(to.X - from.X), Math.Abs(to.Y - from.Y)) / 4), 1, 400);
        for (var i = 0; i <= steps; i++)
        {
            double share = (double)i / steps, x = from.X + (share * (to.X - from.X)), y = from.Y + (share * (to.Y - from.Y));
            _taken.Add(new(x - 3, y - 3, x + 3, y + 3));
        }
    }

    /// <summary>Writes a bold label near the end of a line: beyond it first, then around it, ever farther.</summary>
    public void Write(Canvas canvas, Spot from, Spot end, string text, double size)
    {
        var beyond = Math.Atan2(end.Y - from.Y, end.X - from.X);
        foreach (var distance in (ReadOnlySpan<double>)[9, 16, 26])
        {
            foreach (var turn in (ReadOnlySpan<int>)[0, 1, -1, 2, -2, 3, -3, 4])
            {
                var angle = beyond + (turn * Math.PI / 4);
                var (right, down) = ((int)Math.Round(Math.Cos(angle)), (int)Math.Round(Math.Sin(angle)));
                var at = new Spot(end.X + (right * distance), end.Y + (down * distance) + (size * (0.36 + (0.4 * down))));
                var anchor = right switch { > 0 => Anchor.Start, < 0 => Anchor.End, _ => Anchor.Middle };
                var box = Box.Of(at, text, size, anchor, bold: true);
                if (area.Contains(box) && !_taken.Any(box.Overlaps))
                {
                    _taken.Add(box);
                    canvas.Text(at, text, size, anchor, "halo bold");
                    return;
                }
            }
        }
    }
}
