using System.Collections.Immutable;
using RobustnessGate.Facts;
using RobustnessGate.Surfaces;
using RobustnessGate.Tests.Evaluation;

namespace RobustnessGate.Tests.Surfaces;

public sealed class PlaneSectionTests
{
    [Fact]
    public void Sign_directions_cut_the_box_in_a_diamond()
    {
        var outline = PlaneSection.OfBox([1, 1, -1], [1, -1, 1], 0.3);

        PlanePoint[] diamond = [new(0.3, 0), new(0, 0.3), new(-0.3, 0), new(0, -0.3)];
        Assert.Equal(4, outline.Length);
        Assert.All(diamond, corner => Assert.Contains(outline, point => Near(point, corner)));
    }

    [Fact]
    public void Axes_of_the_space_cut_it_in_a_square()
    {
        var outline = PlaneSection.OfBox([1, 0], [0, 1], 2);

        Assert.Equal(4, outline.Length);
        Assert.All(outline, point => Assert.True(Math.Abs(Math.Abs(point.X) - 2) < 1e-12 && Math.Abs(Math.Abs(point.Y) - 2) < 1e-12));
    }

    [Theory]
    [InlineData(0.3)]
    [InlineData(1e-6)]
    [InlineData(1e6)]
    public void Every_corner_touches_the_box_and_the_outline_holds_exactly_what_is_within(double epsilon)
    {
        double[] alpha = Draw("alpha");
        double[] beta = Draw("beta");
        var outline = PlaneSection.OfBox(alpha, beta, epsilon);
        double Reach(double i, double j) => alpha.Zip(beta, (a, b) => Math.Abs((i * a) + (j * b))).Max();

        Assert.InRange(outline.Length, 6, 80);
        Assert.All(outline, corner => Assert.Equal(epsilon, Reach(corner.X, corner.Y), 1e-8 * epsilon));
        Assert.All(outline, corner => Assert.True(PlaneSection.Holds(outline, corner.X, corner.Y), "the edge is outside"));
        var random = Networks.Uniform("points", 4000, -1, 1);
        var inside = 0;
        for (var at = 0; at < random.Length; at += 2)
        {
            var (x, y) = (random[at] * epsilon / 0.3, random[at + 1] * epsilon / 0.3);
            var within = Reach(x, y) <= epsilon;
            Assert.Equal(within, PlaneSection.Holds(outline, x, y));
            inside += within ? 1 : 0;
        }

        Assert.InRange(inside, 50, 1950);
    }

    [Fact]
    public void Corners_go_round_counter_clockwise()
    {
        var outline = PlaneSection.OfBox(Draw("alpha"), Draw("beta"), 0.3);
        var area = Enumerable.Range(0, outline.Length).Sum(at =>
        {
            var (p, q) = (outline[at], outline[(at + 1) % outline.Length]);
            return ((p.X * q.Y) - (p.Y * q.X)) / 2;
        });

        Assert.True(area > 0);
    }

    [Fact]
    public void A_sphere_is_cut_in_an_ellipse()
    {
        double[] alpha = Draw("alpha");
        double[] beta = Draw("beta");
        ImmutableArray<PlanePoint> outline = PlaneSection.OfSphere(alpha, beta, 0.7);

        Assert.All(outline, corner => Assert.Equal(
            0.7, Math.Sqrt(alpha.Zip(beta, (a, b) => Math.Pow((corner.X * a) + (corner.Y * b), 2)).Sum()), 1e-9));
    }

    [Fact]
    public void Parallel_directions_have_no_section() =>
        Assert.Throws<ArgumentException>(() => PlaneSection.OfBox([1, -2], [2, -4], 1));

    private static double[] Draw(string name) => [.. Networks.Uniform(name, 40, -1, 1).Select(value => (double)value)];

    private static bool Near(PlanePoint a, PlanePoint b) => Math.Abs(a.X - b.X) + Math.Abs(a.Y - b.Y) < 1e-12;
}
