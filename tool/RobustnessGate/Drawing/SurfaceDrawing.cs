using System.Collections.Immutable;

namespace RobustnessGate.Drawing;

/// <summary>Draws one surface into a plot: bands and isolines, the region L ≤ 0 and its boundary, and what lies upon it.</summary>
/// <param name="tolerance">How far lines may leave their true course, in the picture's units.</param>
internal sealed class SurfaceDrawing(Canvas canvas, Surface surface, ColourScale scale, Plot plot, double tolerance)
{
    private const double LabelSize = 11;

    public void Draw()
    {
        canvas.BeginClip(plot.Left, plot.Top, plot.Width, plot.Height);
        Bands();
        Wrong();
        Unknown();
        if (surface.Box.Length > 2)
        {
            Cased(new PathText().Polygon([.. surface.Box.Select(plot.At)]).ToString(), "line dash");
        }

        Ways();
        Attack();
        canvas.Circle(plot.At(surface.Origin), 4, "spot", $"the {surface.OriginLabel}");
        canvas.EndClip();
        canvas.Rectangle(plot.Left, plot.Top, plot.Width, plot.Height, "frame");
        Labels();
    }

    private void Bands()
    {
        canvas.Rectangle(plot.Left, plot.Top, plot.Width, plot.Height, scale.Band(0));
        var isolines = new Isolines(surface.X.Nodes, surface.Y.Nodes, surface.Values);
        for (var band = 1; band < scale.Levels.Length - 1; band++)
        {
            canvas.Path(Rings(isolines.AtLeast(scale.Levels[band])).ToString(), $"iso {scale.Band(band)}");
        }
    }

    /// <summary>All that the rings around L > 0 leave of the plot is hatched, and their isolines are the boundary.</summary>
    private void Wrong()
    {
        if (surface.Verdicts.IsEmpty)
        {
            return;
        }

        var isolines = new Isolines(surface.X.Nodes, surface.Y.Nodes, surface.Verdicts);
        var whole = new PathText().Polygon([new(plot.Left, plot.Top), new(plot.Right, plot.Top), new(plot.Right, plot.Bottom), new(plot.Left, plot.Bottom)]);
        canvas.Path(whole.ToString() + Rings(isolines.AtLeast(double.Epsilon)), "hatched");
        var boundary = new PathText();
        foreach (var line in isolines.At(0))
        {
            Spot[] shown = [.. line.Select(Place)];
            if (shown[0] != shown[^1] || Simplify.Ring(shown, tolerance) is not null)
            {
                boundary.Polyline(Simplify.Line(shown, tolerance));
            }
        }

        Cased(boundary.ToString(), "edge");
    }

    /// <summary>Covers every cell with a corner that isn't finite: nothing is known of its inside. A row's neighbours are one rectangle.</summary>
    private void Unknown()
    {
        var covered = new PathText();
        var verdicts = surface.Verdicts;
        for (var row = 0; row < surface.Y.Nodes - 1; row++)
        {
            var from = -1;
            for (var column = 0; column < surface.X.Nodes; column++)
            {
                var unknown = column < surface.X.Nodes - 1 && !Known(row, column);
                if (unknown && from < 0)
                {
                    from = column;
                }
                else if (!unknown && from >= 0)
                {
                    covered.Polygon([Place(new(from, row)), Place(new(column, row)), Place(new(column, row + 1)), Place(new(from, row + 1))]);
                    from = -1;
                }
            }
        }

        canvas.Path(covered.ToString(), "unknown");

        bool Known(int row, int column) => Finite(surface.Values, row, column) && (verdicts.IsEmpty || Finite(verdicts, row, column));

        bool Finite(ImmutableArray<double> values, int row, int column)
        {
            var corner = (row * surface.X.Nodes) + column;
            return double.IsFinite(values[corner]) && double.IsFinite(values[corner + 1])
                && double.IsFinite(values[corner + surface.X.Nodes]) && double.IsFinite(values[corner + surface.X.Nodes + 1]);
        }
    }

    private void Ways()
    {
        var origin = plot.At(surface.Origin);
        foreach (var end in surface.Crossings.Select(crossing => plot.At(crossing.At)))
        {
            Cased(new PathText().Polyline([origin, end]).ToString(), "line");
            canvas.Path(Head(origin, end, 9), "ink");
        }
    }

    private void Attack()
    {
        var path = AttackPath();
        if (path.Length == 0)
        {
            return;
        }

        Cased(new PathText().Polyline(path).ToString(), "way");
        for (var i = 1; i < path.Length - 1; i++)
        {
            canvas.Circle(path[i], 2.6, "step");
        }

        var before = Array.FindLast(path, spot => Math.Abs(spot.X - path[^1].X) + Math.Abs(spot.Y - path[^1].Y) > 0.5);
        canvas.Path(Head(before, path[^1], 11), "step");
    }

    private void Labels()
    {
        var origin = plot.At(surface.Origin);
        var boxes = new TextBoxes(new(plot.Left + 2, plot.Top + 2, plot.Right - 2, plot.Bottom - 2));
        foreach (var crossing in surface.Crossings)
        {
            boxes.Keep(origin, plot.At(crossing.At));
        }

        var path = AttackPath();
        for (var i = 1; i < path.Length; i++)
        {
            boxes.Keep(path[i - 1], path[i]);
        }

        foreach (var crossing in surface.Crossings)
        {
            boxes.Write(canvas, origin, plot.At(crossing.At), crossing.Label, LabelSize);
        }
    }

    private Spot[] AttackPath() => [.. surface.Path.Select(plot.At)];

    /// <summary>A stroke upon a broader one of the page's colour, so that it is seen on every band.</summary>
    private void Cased(string data, string style)
    {
        canvas.Path(data, "case");
        canvas.Path(data, style);
    }

    private PathText Rings(ImmutableArray<ImmutableArray<Point>> rings)
    {
        var text = new PathText();
        foreach (var ring in rings)
        {
            if (Simplify.Ring([.. ring.Select(Place)], tolerance) is { } shown)
            {
                text.Polygon(shown);
            }
        }

        return text;
    }

    private Spot Place(Point node) => plot.At(surface.X.At(node.X), surface.Y.At(node.Y));

    /// <summary>A triangle that ends where the line does.</summary>
    internal static string Head(Spot from, Spot to, double size)
    {
        double dx = to.X - from.X, dy = to.Y - from.Y, length = Math.Sqrt((dx * dx) + (dy * dy));
        (dx, dy) = length > 0 ? (dx / length * size, dy / length * size) : (0, -size);
        return new PathText().Polygon(
            [to, new(to.X - dx + (dy * 0.45), to.Y - dy - (dx * 0.45)), new(to.X - dx - (dy * 0.45), to.Y - dy + (dx * 0.45))]).ToString();
    }
}
