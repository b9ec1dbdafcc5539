using System.Collections.Immutable;
using RobustnessGate.Facts;

namespace RobustnessGate.Surfaces;

/// <summary>What a plane i·α + j·β has in common with a ball around its origin.</summary>
internal static class PlaneSection
{
    /// <summary>Corners that stand for the ellipse that an ℓ2 ball cuts out.</summary>
    private const int EllipseCorners = 72;

    /// <summary>Share of an outline's squared extent that is rounding, and no distance from its edge.</summary>
    private const double Rounding = 1e-12;

    /// <summary>
    /// {(i, j): |i·α_k + j·β_k| ≤ ε for every k}, exactly. Each feature k allows a strip; the strips that matter are the
    /// corners of the convex hull of the points ±(α_k, β_k), and each edge of that hull is a corner of the section.
    /// </summary>
    /// <param name="alpha">(d).</param>
    /// <param name="beta">(d), not parallel to <paramref name="alpha"/>.</param>
    /// <param name="epsilon">Greater than 0.</param>
    /// <returns>Counter-clockwise.</returns>
    /// <exception cref="ArgumentException">The directions span no plane: the section has no bound.</exception>
    public static ImmutableArray<PlanePoint> OfBox(ReadOnlySpan<double> alpha, ReadOnlySpan<double> beta, double epsilon)
    {
        var points = new HashSet<PlanePoint>();
        for (var k = 0; k < alpha.Length; k++)
        {
            points.Add(new(alpha[k], beta[k]));
            points.Add(new(-alpha[k], -beta[k]));
        }

        var hull = Hull(points);
        if (hull.Count < 4)
        {
            throw new ArgumentException("the two directions are parallel");
        }

        var corners = ImmutableArray.CreateBuilder<PlanePoint>(hull.Count);
        for (var at = 0; at < hull.Count; at++)
        {
            // Where the strips of two neighbouring hull points end together: p·c = ε and q·c = ε.
            var (p, q) = (hull[at], hull[(at + 1) % hull.Count]);
            var determinant = (p.X * q.Y) - (p.Y * q.X);
            corners.Add(new(epsilon * (q.Y - p.Y) / determinant, epsilon * (p.X - q.X) / determinant));
        }

        return corners.MoveToImmutable();
    }

    /// <summary>{(i, j): ‖i·α + j·β‖₂ ≤ ε}: corners on the ellipse.</summary>
    public static ImmutableArray<PlanePoint> OfSphere(ReadOnlySpan<double> alpha, ReadOnlySpan<double> beta, double epsilon)
    {
        double aa = 0, ab = 0, bb = 0;
        for (var k = 0; k < alpha.Length; k++)
        {
            aa += alpha[k] * alpha[k];
            ab += alpha[k] * beta[k];
            bb += beta[k] * beta[k];
        }

        var corners = ImmutableArray.CreateBuilder<PlanePoint>(EllipseCorners);
        for (var at = 0; at < EllipseCorners; at++)
        {
            var (sine, cosine) = Math.SinCos(2 * Math.PI * at / EllipseCorners);
            var length = Math.Sqrt((aa * cosine * cosine) + (2 * ab * sine * cosine) + (bb * sine * sine));
            corners.Add(new(epsilon * cosine / length, epsilon * sine / length));
        }

        return corners.MoveToImmutable();
    }

    /// <summary>Whether a point lies within a convex outline, its edge included.</summary>
    public static bool Holds(ImmutableArray<PlanePoint> outline, double x, double y)
    {
        // Cross products are areas: what rounding does to them grows with the square of the outline's extent.
        var extent = outline.Max(corner => Math.Max(Math.Abs(corner.X), Math.Abs(corner.Y)));
        var slack = Rounding * extent * extent;
        for (var at = 0; at < outline.Length; at++)
        {
            var (p, q) = (outline[at], outline[(at + 1) % outline.Length]);
            if (!(Cross(p, q, new(x, y)) >= -slack))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Convex hull, counter-clockwise, without points on edges (Andrew's monotone chain).</summary>
    private static List<PlanePoint> Hull(HashSet<PlanePoint> points)
    {
        var sorted = points.OrderBy(point => point.X).ThenBy(point => point.Y).ToArray();
        List<PlanePoint> lower = Chain(sorted);
        Array.Reverse(sorted);
        return [.. lower.SkipLast(1), .. Chain(sorted).SkipLast(1)];
    }

    private static List<PlanePoint> Chain(PlanePoint[] sorted)
    {
        var chain = new List<PlanePoint>();
        foreach (var point in sorted)
        {
            while (chain.Count > 1 && Cross(chain[^2], chain[^1], point) <= 1e-14)
            {
                chain.RemoveAt(chain.Count - 1);
            }

            chain.Add(point);
        }

        return chain;
    }

    /// <summary>Positive where c lies to the left of the way from a to b.</summary>
    private static double Cross(PlanePoint a, PlanePoint b, PlanePoint c) =>
        ((b.X - a.X) * (c.Y - a.Y)) - ((b.Y - a.Y) * (c.X - a.X));
}
