using System.Collections.Immutable;

namespace RobustnessGate.Drawing;

/// <summary>
/// Draws one surface in space, seen obliquely from above the corner of high x and low y, without perspective: facets of the
/// bands' colours from the back to the front, so that nearer ones hide those behind. The floor is the scale's lowest level.
/// </summary>
internal sealed class Relief
{
    /// <summary>Room that a relief takes without its numbers.</summary>
    public const double Width = 300, Height = Depth + Tall;

    /// <summary>Room under it for the axes' names.</summary>
    public const double Under = 62;

    private const double Depth = 150, Tall = 130;

    /// <summary>How far numbers stand from the floor's edges, and at which share of an edge from its ends.</summary>
    private const double NumberGap = 5, NumberShare = 0.06;

    private readonly Canvas _canvas;
    private readonly Surface _surface;
    private readonly ColourScale _scale;
    private readonly Spot _corner;
    private readonly int _columns;
    private readonly int _rows;

    /// <param name="corner">Upper left of the room.</param>
    /// <param name="most">Most nodes along an axis; others are left out.</param>
    public Relief(Canvas canvas, Surface surface, ColourScale scale, Spot corner, int most)
    {
        (_canvas, _surface, _scale, _corner) = (canvas, surface, scale, corner);
        (_columns, _rows) = (Math.Min(surface.X.Nodes, most), Math.Min(surface.Y.Nodes, most));
    }

    /// <summary>Room to the left and right for the numbers of a surface's axes.</summary>
    public static (double Left, double Right) Sides(Surface surface)
    {
        var outside = NumberGap - (NumberShare * Width / 2);
        return (
            Math.Max(0, FontMetrics.Width(Number(surface.X.Low), AxisText.NumberSize) + outside),
            Math.Max(0, FontMetrics.Width(Number(surface.Y.High), AxisText.NumberSize) + outside));
    }

    public void Draw()
    {
        var floor = _scale.Levels[0];
        _canvas.Path(new PathText().Polygon([At(0, 0, floor), At(1, 0, floor), At(1, 1, floor), At(0, 1, floor)]).ToString(), "frame");
        _canvas.Path(new PathText().Polyline([At(0, 0, floor), At(0, 0, _scale.Levels[^1])]).ToString(), "frame");
        _canvas.Path(new PathText().Polyline([At(0, 1, floor), At(0, 1, _scale.Levels[^1])]).ToString(), "grid");
        Facets();
        Sample();
        Axes();
    }

    private void Facets()
    {
        var values = Thinned(_surface.Values);
        var boundary = Boundary();
        for (var depth = 1 - _rows; depth < _columns; depth++)
        {
            // Facets of one depth lie side by side, so those of one colour can be one path.
            var facets = new SortedDictionary<string, PathText>(StringComparer.Ordinal);
            var edges = new PathText();
            for (var row = Math.Max(0, -depth); row < _rows - 1 && row + depth < _columns - 1; row++)
            {
                var column = row + depth;
                double[] corners = [.. Around(column, row).Select(node => values[(node.Row * _columns) + node.Column])];
                var known = corners.All(double.IsFinite);
                var style = known ? "facet " + _scale.At(corners.Average()) : "unknown";
                var path = facets.TryGetValue(style, out var begun) ? begun : facets[style] = new PathText();
                path.Polygon([.. Around(column, row).Zip(corners, (node, value) => At(node.Column, node.Row, value, known))]);
                foreach (var segment in known ? boundary[(row, column)] : [])
                {
                    edges.Polyline([.. segment.Select(point => At(point, values))]);
                }
            }

            foreach (var (style, path) in facets)
            {
                _canvas.Path(path.ToString(), style);
            }

            _canvas.Path(edges.ToString(), "edge");
        }
    }

    /// <summary>Segments of the isoline L = 0 by the cell, of the thinned grid, that they cross.</summary>
    private ILookup<(int Row, int Column), Point[]> Boundary()
    {
        IEnumerable<ImmutableArray<Point>> lines = _surface.Verdicts.IsEmpty ? [] : new Isolines(_columns, _rows, Thinned(_surface.Verdicts)).At(0);
        return lines
            .SelectMany(line => line.Zip(line.Skip(1), (from, to) => new[] { from, to }))
            .ToLookup(segment => (Row: (int)((segment[0].Y + segment[1].Y) / 2), Column: (int)((segment[0].X + segment[1].X) / 2)));
    }

    private void Sample()
    {
        double column = _surface.X.Node(_surface.Origin.X), row = _surface.Y.Node(_surface.Origin.Y);
        if (column >= 0 && column <= _surface.X.Nodes - 1 && row >= 0 && row <= _surface.Y.Nodes - 1)
        {
            var value = _surface.Values[((int)Math.Round(row) * _surface.X.Nodes) + (int)Math.Round(column)];
            var share = new Point(column / (_surface.X.Nodes - 1), row / (_surface.Y.Nodes - 1));
            _canvas.Circle(At(share.X, share.Y, double.IsFinite(value) ? value : _scale.Levels[0]), 4, "spot", "the sample");
        }
    }

    private void Axes()
    {
        var floor = _scale.Levels[0];
        var heights = AxisText.Of("", floor, _scale.Levels[^1], Tall, upright: true);
        for (var i = 0; i < heights.Places.Length; i++)
        {
            var at = At(0, 0, heights.Places[i]);
            _canvas.Line(at with { X = at.X - 4 }, at, "frame");
            _canvas.Text(new(at.X - 7, at.Y + (AxisText.NumberSize * 0.36)), heights.Labels[i], AxisText.NumberSize, Anchor.End, "soft");
        }

        Ends("x", _surface.X.Low, _surface.X.High, At(0, 0, floor), At(1, 0, floor), Anchor.End);
        Ends("y", _surface.Y.High, _surface.Y.Low, At(1, 1, floor), At(1, 0, floor), Anchor.Start);
        var middle = _corner.X + (Width / 2);
        foreach (var (axis, name, line) in new[] { (_surface.X, "x", 0), (_surface.Y, "y", 1) })
        {
            var label = FontMetrics.Shorten($"{name}: {axis.Label}", Width, AxisText.LabelSize);
            _canvas.Text(new(middle, _corner.Y + Height + 38 + (line * AxisText.LabelSize * 1.4)), label, AxisText.LabelSize, Anchor.Middle);
        }
    }

    /// <summary>Numbers at both ends of an edge of the floor, and the axis' name between them.</summary>
    private void Ends(string name, double first, double last, Spot outer, Spot front, Anchor anchor)
    {
        var away = anchor == Anchor.End ? -NumberGap : NumberGap;
        foreach (var (share, text) in new[] { (NumberShare, Number(first)), (0.5, name), (1 - NumberShare, Number(last)) })
        {
            var at = new Spot(outer.X + (share * (front.X - outer.X)) + away, outer.Y + (share * (front.Y - outer.Y)) + AxisText.NumberSize + 3);
            _canvas.Text(at, text, AxisText.NumberSize, anchor, "soft");
        }
    }

    private static string Number(double value) => FontMetrics.Shorten(Digits.Short(value), 58, AxisText.NumberSize);

    private static (int Column, int Row)[] Around(int column, int row) =>
        [(column, row), (column + 1, row), (column + 1, row + 1), (column, row + 1)];

    private ImmutableArray<double> Thinned(ImmutableArray<double> values) => [.. Enumerable.Range(0, _columns * _rows).Select(i =>
        values[(Near(i / _columns, _rows, _surface.Y.Nodes) * _surface.X.Nodes) + Near(i % _columns, _columns, _surface.X.Nodes)])];

    private static int Near(int node, int of, int nodes) => (int)Math.Round((double)node * (nodes - 1) / (of - 1));

    private Spot At(int column, int row, double value, bool known) =>
        At((double)column / (_columns - 1), (double)row / (_rows - 1), known ? value : _scale.Levels[0]);

    /// <summary>A point on an edge of the grid, at the height that the edge's ends give it.</summary>
    private Spot At(Point node, ImmutableArray<double> values)
    {
        var (column, row) = (Math.Min((int)node.X, _columns - 2), Math.Min((int)node.Y, _rows - 2));
        double x = node.X - column, y = node.Y - row;
        var (low, high) = (row * _columns + column, ((row + 1) * _columns) + column);
        var value = ((1 - y) * (((1 - x) * values[low]) + (x * values[low + 1]))) + (y * (((1 - x) * values[high]) + (x * values[high + 1])));
        return At(node.X / (_columns - 1), node.Y / (_rows - 1), value);
    }

    /// <summary>Where a place of the unit square is seen at a height.</summary>
    private Spot At(double x, double y, double value)
    {
        var high = Math.Clamp((value - _scale.Levels[0]) / (_scale.Levels[^1] - _scale.Levels[0]), 0, 1);
        return new(_corner.X + ((x + y) / 2 * Width), _corner.Y + Tall + ((x - y + 1) / 2 * Depth) - (high * Tall));
    }
}
