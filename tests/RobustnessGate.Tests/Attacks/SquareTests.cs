using RobustnessGate.Attacks;
using RobustnessGate.Maths;

namespace RobustnessGate.Tests.Attacks;

public class SquareTests
{
    /// <summary>Both ways round, or a perturbation could never change sign along rows.</summary>
    [Fact]
    public void Hills_lie_above_and_beside_each_other()
    {
        var random = CounterRandom.For(1, "hills");
        var (above, beside) = (0, 0);
        for (var i = 0; i < 64; i++)
        {
            var hills = L2Squares.Pyramid(ref random, new L2Squares.Window(0, 0, 4, 6));
            Assert.Equal(1, hills.Sum(value => (double)value * value), 1e-6);
            above += hills.Select((value, at) => at / 6 < 2 == value > 0).All(right => right) ? 1 : 0;
            beside += hills.Select((value, at) => at % 6 < 3 == value > 0).All(right => right) ? 1 : 0;
        }

        Assert.Equal(64, above + beside);
        Assert.InRange(above, 16, 48);
    }

    [Theory]
    [InlineData(1, 6)]
    [InlineData(6, 1)]
    public void A_strip_has_hills_of_both_signs(int height, int width)
    {
        var random = CounterRandom.For(1, "strip");
        for (var i = 0; i < 8; i++)
        {
            var hills = L2Squares.Pyramid(ref random, new L2Squares.Window(0, 0, height, width));
            Assert.Equal([true, true, true, false, false, false], hills.Select(value => value > 0));
        }
    }

    [Fact]
    public void Where_the_policy_says_that_channels_are_last_they_are()
    {
        Assert.Equal((6, 8, 5), Size(ImageLayout.Of([8, 5, 6], channelsLast: true)));
        Assert.Equal((8, 5, 6), Size(ImageLayout.Of([8, 5, 6], channelsLast: false)));
        Assert.Equal((3, 8, 5), Size(ImageLayout.Of([8, 5, 3], channelsLast: false)));
    }

    private static (int, int, int) Size(ImageLayout layout) => (layout.Channels, layout.Height, layout.Width);
}
