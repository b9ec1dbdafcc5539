using RobustnessGate.Surfaces;

namespace RobustnessGate.Tests.Surfaces;

public class BoundarySearchTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(5)]
    [InlineData(50)]
    public void A_zero_between_two_steps_is_found_to_a_millionth_of_the_extent(int steps)
    {
        var found = First(steps, t => 0.777 - t, looks: 0);

        Assert.InRange(found!.Value, 0.777, 0.777 + 1e-6);
    }

    [Fact]
    public void A_coarse_grid_does_not_step_over_what_a_fine_one_would_meet()
    {
        // Wrong from 0.28 to 0.32 alone.
        double L(double t) => Math.Abs(t - 0.3) - 0.02;

        Assert.Null(First(5, L, looks: 0));
        Assert.InRange(First(5, L, looks: 50)!.Value, 0.28, 0.28 + 1e-6);
        Assert.InRange(First(50, L, looks: 50)!.Value, 0.28, 0.28 + 1e-6);
    }

    [Fact]
    public void The_first_of_several_zeros_counts()
    {
        // Right up to 0.05, wrong to 0.1, right to 0.5, wrong from there.
        double L(double t) => t is <= 0.05 or (>= 0.1 and <= 0.5) ? 1 : -1;

        Assert.InRange(First(5, L, looks: 50)!.Value, 0.05, 0.05 + 1e-6);
    }

    [Fact]
    public void A_sample_that_is_wrong_or_no_number_has_its_boundary_at_itself()
    {
        Assert.Equal(0, First(5, t => t - 0.5, looks: 50));
        Assert.Equal(0, First(5, _ => double.NaN, looks: 50));
    }

    [Fact]
    public void Where_all_is_right_there_is_no_boundary() => Assert.Null(First(5, t => 2 - t, looks: 50));

    private static double? First(int intervals, Func<double, double> margin, int looks)
    {
        double[] steps = [.. Enumerable.Range(0, intervals + 1).Select(step => (double)step / intervals)];
        return BoundarySearch.First(steps, [.. steps.Select(margin)], points => [.. points.Select(margin)], looks);
    }
}
