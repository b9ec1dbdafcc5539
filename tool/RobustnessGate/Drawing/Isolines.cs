using System.Collections.Immutable;

namespace RobustnessGate.Drawing;

/// <summary>
/// Where a surface equals a level, by marching squares with linear interpolation along the grid's lines. The grid is
/// closed by a rim of no width and of value −∞, so that what lies at or above a level is always a set of closed rings; the
/// parts of rings on the rim, or beside a value that isn't finite, are no isolines. Saddles are joined as the bilinear
/// interpolant joins them (Nielson and Hamann 1991, the asymptotic decider).
/// </summary>
internal sealed class Isolines
{
    private readonly int _columns;
    private readonly int _rows;
    private readonly int _width;
    private readonly double[] _values;

    /// <param name="values">(rows, columns) in C order.</param>
    public Isolines(int columns, int rows, ImmutableArray<double> values)
    {
        if (columns < 2 || rows < 2 || values.Length != columns * rows)
        {
            throw new ArgumentException($"{values.Length} values are no grid of {rows} by {columns}, each at least two.", nameof(values));
        }

        (_columns, _rows, _width) = (columns, rows, columns + 2);
        _values = new double[_width * (rows + 2)];
        Array.Fill(_values, double.NegativeInfinity);
        for (var i = 0; i < values.Length; i++)
        {
            _values[((i / columns) + 1) * _width + (i % columns) + 1] =
                double.IsFinite(values[i]) ? Math.Clamp(values[i], -1e150, 1e150) : double.NegativeInfinity;
        }
    }

    /// <summary>Rings around all that is at least the level, in (fractional) nodes; even-odd filling leaves out holes.</summary>
    public ImmutableArray<ImmutableArray<Point>> AtLeast(double level) => [.. Rings(level).Select(ring => ring.Points)];

    /// <summary>The isolines alone; the first and the last point of a closed one are the same.</summary>
    public ImmutableArray<ImmutableArray<Point>> At(double level) => [.. Rings(level).SelectMany(Open)];

    /// <summary>A ring's points, and whether the segment from each to the next is an isoline's.</summary>
    private readonly record struct Ring(ImmutableArray<Point> Points, ImmutableArray<bool> Isoline);

    private IEnumerable<Ring> Rings(double level)
    {
        // Every crossed edge ends one segment and begins another, since all run with the higher side on their left.
        var next = new int[_values.Length * 2];
        var inside = new bool[_values.Length * 2];
        for (var row = 0; row <= _rows; row++)
        {
            for (var column = 0; column <= _columns; column++)
            {
                Cell(level, (row * _width) + column, next, inside);
            }
        }

        for (var start = 0; start < next.Length; start++)
        {
            if (next[start] == 0)
            {
                continue;
            }

            var points = ImmutableArray.CreateBuilder<Point>();
            var isoline = ImmutableArray.CreateBuilder<bool>();
            for (var edge = start; next[edge] != 0;)
            {
                points.Add(Place(level, edge));
                isoline.Add(inside[edge]);
                (edge, next[edge]) = (next[edge], 0);
            }

            yield return new(points.ToImmutable(), isoline.ToImmutable());
        }
    }

    /// <summary>Segments of the cell whose lowest node is given: edge ids are twice a node's, plus one for the edge upwards.</summary>
    private void Cell(double level, int node, int[] next, bool[] inside)
    {
        double a = _values[node], b = _values[node + 1], c = _values[node + _width + 1], d = _values[node + _width];
        int bottom = node * 2, left = bottom + 1, right = left + 2, top = (node + _width) * 2;
        var finite = double.IsFinite(a) && double.IsFinite(b) && double.IsFinite(c) && double.IsFinite(d);
        var corners = (a >= level ? 1 : 0) | (b >= level ? 2 : 0) | (c >= level ? 4 : 0) | (d >= level ? 8 : 0);
        switch (corners)
        {
            case 1: Join(bottom, left); break;
            case 2: Join(right, bottom); break;
            case 3: Join(right, left); break;
            case 4: Join(top, right); break;
            case 5 when Joined(): Join(bottom, right); Join(top, left); break;
            case 5: Join(bottom, left); Join(top, right); break;
            case 6: Join(top, bottom); break;
            case 7: Join(top, left); break;
            case 8: Join(left, top); break;
            case 9: Join(bottom, top); break;
            case 10 when Joined(): Join(left, bottom); Join(right, top); break;
            case 10: Join(right, bottom); Join(left, top); break;
            case 11: Join(right, top); break;
            case 12: Join(left, right); break;
            case 13: Join(bottom, right); break;
            case 14: Join(left, bottom); break;
        }

        void Join(int from, int to)
        {
            next[from] = to;
            inside[from] = finite;
        }

        // Whether the two high corners of a saddle hang together: the interpolant at its saddle point is high. With a
        // value that isn't finite the comparison is false, and nothing is joined.
        bool Joined() => ((a * c) - (b * d)) / (a + c - b - d) >= level;
    }

    /// <summary>Where the level lies on a crossed edge, from the high end so that a low end of −∞ leaves it there.</summary>
    private Point Place(double level, int edge)
    {
        var (from, to) = (edge / 2, (edge / 2) + (edge % 2 == 0 ? 1 : _width));
        if (_values[from] < level)
        {
            (from, to) = (to, from);
        }

        var share = (_values[from] - level) / (_values[from] - _values[to]);
        var (x0, y0) = Node(from);
        var (x1, y1) = Node(to);
        return new(x0 + (share * (x1 - x0)), y0 + (share * (y1 - y0)));
    }

    /// <summary>A node's place; the rim lies upon the border.</summary>
    private (double X, double Y) Node(int node) =>
        (Math.Clamp((node % _width) - 1, 0, _columns - 1), Math.Clamp((node / _width) - 1, 0, _rows - 1));

    private static IEnumerable<ImmutableArray<Point>> Open(Ring ring)
    {
        var count = ring.Points.Length;
        var cut = ring.Isoline.IndexOf(false);
        if (cut < 0)
        {
            yield return ring.Points.Add(ring.Points[0]);
            yield break;
        }

        var line = ImmutableArray.CreateBuilder<Point>();
        for (var i = 1; i <= count; i++)
        {
            var at = (cut + i) % count;
            if (ring.Isoline[at])
            {
                line.Add(ring.Points[at]);
            }
            else if (line.Count > 0)
            {
                yield return line.ToImmutable().Add(ring.Points[at]);
                line.Clear();
            }
        }
    }
}
