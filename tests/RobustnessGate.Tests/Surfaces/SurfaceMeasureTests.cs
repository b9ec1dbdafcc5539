using System.Collections.Immutable;
using RobustnessGate.Facts;
using RobustnessGate.Surfaces;

namespace RobustnessGate.Tests.Surfaces;

public sealed class SurfaceMeasureTests
{
    private const int Nodes = 41;

    [Fact]
    public void The_share_that_is_right_counts_points_in_the_box_alone()
    {
        // Right where x < 0: half of any box around the origin, and nothing else of what lies outside matters.
        var grid = Grid((x, y) => -x - 1e-9) with
        {
            Box = new SurfaceBox("linf", 0.5, [new(0.5, 0), new(0, 0.5), new(-0.5, 0), new(0, -0.5)]),
        };

        Assert.Equal(0.5, SurfaceMeasure.RightInBox(grid)!.Value, 0.06);
        Assert.Equal(20.0 / 41, SurfaceMeasure.Right(grid), 1e-12);
        Assert.Equal(1, SurfaceMeasure.RightInBox(Grid((x, y) => 0.75 - Math.Abs(x) - Math.Abs(y)) with { Box = grid.Box }));
        Assert.Null(SurfaceMeasure.RightInBox(Grid((x, y) => 1)));
    }

    [Fact]
    public void Of_the_half_ahead_only_the_points_beyond_the_sample_count()
    {
        var box = new SurfaceBox("linf", 0.5, [new(0.5, 0), new(0, 0.5), new(-0.5, 0), new(0, -0.5)]);
        var grid = Grid((_, y) => 1e-9 - y) with { Box = box };

        Assert.Equal(0, SurfaceMeasure.RightInBox(grid, ahead: true));
        Assert.Equal(1, SurfaceMeasure.RightInBox(Grid((_, y) => y) with { Box = box }, ahead: true));
        Assert.InRange(SurfaceMeasure.RightInBox(grid)!.Value, 0.45, 0.6);
    }

    [Fact]
    public void No_number_is_not_right()
    {
        Assert.Equal(0, SurfaceMeasure.Right(Grid((_, _) => double.NaN)));
    }

    [Theory]
    [InlineData(1, 0)]
    [InlineData(0.3, 0.7)]
    [InlineData(0, 1)]
    public void Blank_is_what_has_no_slope(double sloped, double blank)
    {
        // Flat up to a point of the axis, from there on a ramp.
        var grid = Grid((x, y) => Math.Max(0, x - (1 - (2 * sloped))));

        Assert.Equal(blank, SurfaceMeasure.Blank(grid, grid.Margins), 0.04);
    }

    [Fact]
    public void Blank_does_not_depend_on_units()
    {
        var small = Grid((x, y) => Math.Exp(6 * x));
        var great = Grid((x, y) => 1000 * Math.Exp(6 * x));

        Assert.Equal(SurfaceMeasure.Blank(small, small.Margins), SurfaceMeasure.Blank(great, great.Margins));
        Assert.InRange(SurfaceMeasure.Blank(small, small.Margins), 0.3, 0.6);
    }

    private static SurfaceGrid Grid(Func<double, double, double> margin)
    {
        ImmutableArray<double> steps = [.. Enumerable.Range(-20, Nodes).Select(step => step / 20.0)];
        var axis = new SurfaceAxis("random", "", steps, null, null);
        return new(
            SurfaceSpace.Input, "", axis, axis, [.. steps.SelectMany(y => steps.Select(x => margin(x, y)))], [], [],
            new(0, 0, 0, 0, 0));
    }
}
