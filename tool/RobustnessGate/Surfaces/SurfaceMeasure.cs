using System.Collections.Immutable;
using RobustnessGate.Facts;

namespace RobustnessGate.Surfaces;

/// <summary>Numbers that say what a picture of a surface shows.</summary>
internal static class SurfaceMeasure
{
    /// <summary>
    /// A region is blank where its slope is below this, with heights as shares of the picture's range of values and lengths as
    /// shares of its width: an even slope across the whole picture has 1, and with 20 contour lines such a region shows none
    /// over the picture's full width.
    /// </summary>
    public const double BlankSlope = 0.05;

    /// <summary>Share of the grid's points with L &gt; 0. NaN does not count as right.</summary>
    public static double Right(SurfaceGrid grid) => (double)grid.Margins.Count(margin => margin > 0) / grid.Margins.Length;

    /// <summary>Share of the grid's points within the box with L &gt; 0; null where there is no box, or no point in it.</summary>
    /// <param name="ahead">Only those of the half towards which β points.</param>
    public static double? RightInBox(SurfaceGrid grid, bool ahead = false)
    {
        if (grid.Box is not { } box)
        {
            return null;
        }

        var (inside, right) = (0, 0);
        for (var row = ahead ? (grid.Rows / 2) + 1 : 0; row < grid.Rows; row++)
        {
            for (var column = 0; column < grid.Columns; column++)
            {
                if (PlaneSection.Holds(box.Outline, grid.X.Steps[column], grid.Y.Steps[row]))
                {
                    inside++;
                    right += grid.Margins[grid.At(column, row)] > 0 ? 1 : 0;
                }
            }
        }

        return inside > 0 ? (double)right / inside : null;
    }

    /// <summary>
    /// Share of the surface that tells nothing (Section 3.1 and 8.1 of the paper: "large blank regions with no useful
    /// information"): where the slope between neighbouring points is below <see cref="BlankSlope"/>.
    /// </summary>
    /// <param name="grid">For its shape.</param>
    /// <param name="values">Margins or losses of it.</param>
    public static double Blank(SurfaceGrid grid, ImmutableArray<double> values)
    {
        var (low, high) = (values.Min(), values.Max());
        if (!(high > low) || !double.IsFinite(high - low))
        {
            return 1;
        }

        var blank = 0;
        for (var row = 0; row < grid.Rows; row++)
        {
            for (var column = 0; column < grid.Columns; column++)
            {
                var across = Slope(column, grid.Columns, at => values[grid.At(at, row)]);
                var up = Slope(row, grid.Rows, at => values[grid.At(column, at)]);
                blank += Math.Sqrt((across * across) + (up * up)) / (high - low) < BlankSlope ? 1 : 0;
            }
        }

        return (double)blank / values.Length;
    }

    /// <summary>Central difference, one-sided at the ends, over a width of 1.</summary>
    private static double Slope(int at, int count, Func<int, double> value)
    {
        var (before, after) = (Math.Max(0, at - 1), Math.Min(count - 1, at + 1));
        return (value(after) - value(before)) * (count - 1) / (after - before);
    }
}
