using System.Collections.Immutable;
using RobustnessGate.Drawing;

namespace RobustnessGate.Tests.Drawing;

public class IsolinesTests
{
    private static readonly Axis Side = new("", -1, 1, 41);

    [Theory]
    [InlineData(0.3, 0.7, 0.11)]
    [InlineData(-2, 0.5, 0.4)]
    [InlineData(1, 0, -0.013)]
    public void A_linear_functions_isoline_is_the_straight_line(double a, double b, double c)
    {
        var lines = On((x, y) => (a * x) + (b * y) - c).At(0);

        var line = Assert.Single(lines);
        Assert.All(line, point => Assert.Equal(c, (a * Side.At(point.X)) + (b * Side.At(point.Y)), 1e-12));
        Assert.All(new[] { line[0], line[^1] }, end => Assert.True(
            Math.Min(Math.Min(end.X, 40 - end.X), Math.Min(end.Y, 40 - end.Y)) < 1e-9, $"{end} is not on the border"));
    }

    [Fact]
    public void A_cones_isoline_is_the_circle_closed_and_with_its_area()
    {
        var line = Assert.Single(On((x, y) => 0.6 - Math.Sqrt((x * x) + (y * y))).At(0));

        Assert.Equal(line[0], line[^1]);
        Assert.All(line, point => Assert.Equal(0.6, Math.Sqrt(Math.Pow(Side.At(point.X), 2) + Math.Pow(Side.At(point.Y), 2)), 2e-3));
        Assert.Equal(Math.PI * 0.36, Math.Abs(Area(line)), 0.01);
    }

    [Fact]
    public void The_high_region_has_the_analytic_area_with_holes_taken_off()
    {
        // High in a ring between two circles, and in the corner beyond x + y = 1.7.
        var rings = On((x, y) => Math.Max(0.2 - Math.Abs(Math.Sqrt((x * x) + (y * y)) - 0.6), x + y - 1.7)).AtLeast(0);

        // The higher side is on the left, so holes count negatively.
        Assert.Equal(3, rings.Length);
        Assert.Equal((Math.PI * (0.64 - 0.16)) + (0.3 * 0.3 / 2), rings.Sum(Area), 0.01);
    }

    [Theory]
    [InlineData(0.4, 1)]
    [InlineData(-0.4, 2)]
    public void A_saddle_is_joined_as_the_bilinear_surface_is(double height, int regions)
    {
        // f = xy + height on [-1, 1]²: its saddle point lies in the only cell's middle; high corners are (1,1) and (-1,-1).
        var isolines = new Isolines(2, 2, [1 + height, -1 + height, -1 + height, 1 + height]);

        Assert.Equal(regions, isolines.AtLeast(0).Length);
        Assert.Equal(2, isolines.At(0).Length);
    }

    [Fact]
    public void An_off_centre_saddle_is_decided_at_the_saddle_point_and_not_by_the_mean()
    {
        // Corners 5, -1, 1, -1: the mean 1 would join the high corners, but the interpolant's saddle is at (5 - 1) / 8 = 0.5.
        Assert.Equal(2, new Isolines(2, 2, [5, -1, -1, 1]).AtLeast(0.75).Length);
        Assert.Single(new Isolines(2, 2, [5, -1, -1, 1]).AtLeast(0.25));
    }

    [Fact]
    public void All_high_is_the_whole_border_and_no_isoline_and_all_low_is_nothing()
    {
        var high = On((_, _) => 1);

        Assert.Equal(4, Area(Assert.Single(high.AtLeast(0))), 1e-12);
        Assert.Empty(high.At(0));
        Assert.Empty(On((_, _) => -1).AtLeast(0));
    }

    [Fact]
    public void Beside_values_that_are_not_finite_there_is_no_isoline()
    {
        var lines = On((x, y) => x is > -0.01 and < 0.01 ? double.NaN : y).At(0);

        Assert.Equal(2, lines.Length);
        Assert.All(lines, line => Assert.All(line, point => Assert.True(Math.Abs(Side.At(point.X)) >= 0.0499)));
    }

    [Fact]
    public void Values_equal_to_the_level_and_enormous_ones_are_drawn_within_the_grid()
    {
        var random = new Random(5);
        double[] kinds = [0, 1, -1, 1e308, -1e308, double.NaN, double.PositiveInfinity, double.NegativeInfinity, double.Epsilon];
        for (var trial = 0; trial < 200; trial++)
        {
            var isolines = new Isolines(7, 6, [.. Enumerable.Range(0, 42).Select(_ => kinds[random.Next(kinds.Length)])]);

            Assert.All(isolines.AtLeast(0).Concat(isolines.At(0)).SelectMany(line => line), point =>
            {
                Assert.InRange(point.X, 0, 6);
                Assert.InRange(point.Y, 0, 5);
            });
        }
    }

    [Fact]
    public void Rings_of_random_grids_enclose_the_high_nodes_alone()
    {
        var random = new Random(9);
        for (var trial = 0; trial < 50; trial++)
        {
            double[] values = [.. Enumerable.Range(0, 63).Select(_ => random.NextDouble() - 0.5)];
            var rings = new Isolines(9, 7, [.. values]).AtLeast(0);
            for (var node = 0; node < values.Length; node++)
            {
                // A node on the border is looked at from just inside.
                double x = Math.Clamp(node % 9, 1e-6, 8 - 1e-6), y = Math.Clamp(node / 9, 1e-6, 6 - 1e-6);
                Assert.Equal(values[node] >= 0, rings.Count(ring => Encloses(ring, x, y)) % 2 == 1);
            }
        }
    }

    private static Isolines On(Func<double, double, double> of) => new(Side.Nodes, Side.Nodes, Pictures.Grid(Side, Side, of));

    private static double Area(ImmutableArray<Point> ring) => Enumerable.Range(0, ring.Length).Sum(i =>
    {
        var (a, b) = (ring[i], ring[(i + 1) % ring.Length]);
        return ((Side.At(a.X) * Side.At(b.Y)) - (Side.At(b.X) * Side.At(a.Y))) / 2;
    });

    private static bool Encloses(ImmutableArray<Point> ring, double x, double y) => Enumerable.Range(0, ring.Length).Count(i =>
    {
        var (a, b) = (ring[i], ring[(i + 1) % ring.Length]);
        return (a.Y > y) != (b.Y > y) && x < a.X + ((y - a.Y) / (b.Y - a.Y) * (b.X - a.X));
    }) % 2 == 1;
}
