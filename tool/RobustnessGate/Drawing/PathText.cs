using System.Text;

namespace RobustnessGate.Drawing;

/// <summary>
/// Points as the data of an SVG path, in relative steps of tenths: short, and without drift because the steps are
/// differences of rounded places.
/// </summary>
internal sealed class PathText
{
    private readonly StringBuilder _text = new();

    /// <summary>An open line through the points.</summary>
    public PathText Polyline(IReadOnlyList<Spot> points) => Append(points, "");

    /// <summary>An area within the points; the last is joined with the first.</summary>
    public PathText Polygon(IReadOnlyList<Spot> points) => Append(points, "z");

    /// <summary>What the path element's <c>d</c> says; empty where nothing was added.</summary>
    public override string ToString() => _text.ToString();

    private PathText Append(IReadOnlyList<Spot> points, string end)
    {
        if (points.Count == 0)
        {
            return this;
        }

        var (x, y) = Rounded(points[0]);
        _text.Append('M').Append(Digits.Tenths(x));
        Next(y);
        _text.Append('l');
        var bare = true;
        foreach (var point in points.Skip(1))
        {
            var (nextX, nextY) = Rounded(point);
            if (nextX == x && nextY == y)
            {
                continue;
            }

            if (bare)
            {
                _text.Append(Digits.Tenths(nextX - x));
            }
            else
            {
                Next(nextX - x);
            }

            Next(nextY - y);
            (x, y, bare) = (nextX, nextY, false);
        }

        if (bare)
        {
            // A single place: a line of no length, which round caps still show.
            _text.Append("0 0");
        }

        _text.Append(end);
        return this;
    }

    /// <summary>A number that follows another: its sign separates it, else a space.</summary>
    private void Next(long tenths) => _text.Append(tenths < 0 ? "" : " ").Append(Digits.Tenths(tenths));

    private static (long X, long Y) Rounded(Spot point) => (Rounded(point.X), Rounded(point.Y));

    /// <summary>Tenths; what lies far outside every picture stays outside, at a distance that programs can compute with.</summary>
    private static long Rounded(double length) => (long)Math.Round(Math.Clamp(length * 10, -1e6, 1e6), MidpointRounding.AwayFromZero);
}
