namespace RobustnessGate.Drawing;

/// <summary>Lines with fewer points that stay within a distance of the whole one (Douglas and Peucker 1973).</summary>
internal static class Simplify
{
    /// <summary>An open line; its ends stay.</summary>
    public static IReadOnlyList<Spot> Line(IReadOnlyList<Spot> points, double distance)
    {
        if (points.Count < 3)
        {
            return points;
        }

        var kept = new bool[points.Count];
        (kept[0], kept[^1]) = (true, true);
        var open = new Stack<(int First, int Last)>([(0, points.Count - 1)]);
        while (open.TryPop(out var part))
        {
            var (farthest, at) = (distance, -1);
            for (var i = part.First + 1; i < part.Last; i++)
            {
                var off = Distance(points[i], points[part.First], points[part.Last]);
                if (off > farthest)
                {
                    (farthest, at) = (off, i);
                }
            }

            if (at >= 0)
            {
                kept[at] = true;
                open.Push((part.First, at));
                open.Push((at, part.Last));
            }
        }

        return [.. points.Where((_, i) => kept[i])];
    }

    /// <summary>A ring; null where it is too small to be seen at that distance.</summary>
    public static IReadOnlyList<Spot>? Ring(IReadOnlyList<Spot> points, double distance)
    {
        if (points.Count < 3
            || (points.Max(p => p.X) - points.Min(p => p.X) <= distance && points.Max(p => p.Y) - points.Min(p => p.Y) <= distance))
        {
            return null;
        }

        var line = Line([.. points, points[0]], distance);
        return line.Count < 4 ? null : [.. line.Take(line.Count - 1)];
    }

    /// <summary>From a point to the segment between two others.</summary>
    private static double Distance(Spot point, Spot from, Spot to)
    {
        double dx = to.X - from.X, dy = to.Y - from.Y, length = (dx * dx) + (dy * dy);
        var along = length == 0 ? 0 : Math.Clamp((((point.X - from.X) * dx) + ((point.Y - from.Y) * dy)) / length, 0, 1);
        return Math.Sqrt(Math.Pow(point.X - from.X - (along * dx), 2) + Math.Pow(point.Y - from.Y - (along * dy), 2));
    }
}
