using RobustnessGate.Maths;

namespace RobustnessGate.Tests.Maths;

public class StatisticsTests
{
    private const double Exact = 1e-7;

    [Theory]
    [InlineData(300, 220, .00025971)]
    [InlineData(12, 3, .017578125)]
    [InlineData(10, 2, .019287109375)]
    [InlineData(0, 5, 1)]
    [InlineData(0, 0, 1)]
    [InlineData(5, 0, .03125)]
    public void McNemar_is_the_upper_tail_of_a_fair_coin(int broken, int @fixed, double p) =>
        Assert.Equal(p, Statistics.McNemar(broken, @fixed), 5e-9);

    [Fact]
    public void McNemar_keeps_its_digits_far_in_the_tail() =>
        Assert.Equal(1, Statistics.McNemar(500, 0) / Math.Pow(0.5, 500), 1e-9);

    [Theory]
    [InlineData(45, 100, .356145, .547554)]
    [InlineData(0, 10, 0, .277533)]
    public void Wilson_equals_published_values(int count, int total, double low, double high)
    {
        var interval = Statistics.Wilson(count, total);
        Assert.Equal(low, interval.Low, 6e-7);
        Assert.Equal(high, interval.High, 6e-7);
    }

    [Fact]
    public void Clopper_pearson_equals_published_values()
    {
        Assert.Equal(.350320, Statistics.ClopperPearsonLower(45, 100, .975), 6e-7);
        Assert.Equal(.552720, 1 - Statistics.ClopperPearsonLower(55, 100, .975), 6e-7);
        Assert.Equal(0, Statistics.ClopperPearsonLower(0, 500, .975));
        Assert.Equal(.00735061, 1 - Statistics.ClopperPearsonLower(500, 500, .975), 1e-8);
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(9990, 10000)]
    [InlineData(3, 1000)]
    public void Clopper_pearson_bound_is_where_the_tail_has_its_probability(int count, int total)
    {
        var bound = Statistics.ClopperPearsonLower(count, total, .95);
        var atLeast = MathNet.Numerics.SpecialFunctions.BetaRegularized(count, total - count + 1, bound);
        Assert.Equal(.05, atLeast, 1e-9);
    }

    [Theory]
    [InlineData(36, 2, 12, 0, .20, .05693, .34043, 6e-6)]
    [InlineData(8740, 220, 300, 740, .008, .003530, .012492, 6e-7)]
    [InlineData(396, 22, 54, 528, .032, .014914, .049032, 6e-7)]
    public void Paired_drop_equals_published_values(
        int both, int @fixed, int broken, int neither, double drop, double low, double high, double digits)
    {
        var interval = Statistics.PairedDrop(both, @fixed, broken, neither);
        Assert.Equal(low, interval.Low, digits);
        Assert.Equal(high, interval.High, digits);
        Assert.Equal(drop, (broken - @fixed) / (double)(both + @fixed + broken + neither), Exact);
    }

    [Fact]
    public void Paired_drop_of_unchanged_certainty_is_finite()
    {
        var interval = Statistics.PairedDrop(100, 0, 0, 0);
        Assert.True(interval.Low < 0 && interval.High > 0 && interval.High < 0.1);
    }

    [Fact]
    public void Holm_multiplies_by_what_is_left_and_never_falls() =>
        Assert.Equal([.03, .06, .06, .02], Statistics.Holm([.01, .04, .03, .005]).Select(p => Math.Round(p, 12)));

    [Fact]
    public void Holm_of_nothing_is_nothing() => Assert.Empty(Statistics.Holm([]));

    [Theory]
    [InlineData(5, 5)]
    [InlineData(10, 9)]
    [InlineData(20, 15)]
    [InlineData(50, 32)]
    [InlineData(100, 59)]
    public void Critical_counts_at_five_percent_are_the_table(int discordant, int critical)
    {
        Assert.True(Statistics.McNemar(critical, discordant - critical) < .05);
        Assert.False(Statistics.McNemar(critical - 1, discordant - critical + 1) < .05);
    }
}
