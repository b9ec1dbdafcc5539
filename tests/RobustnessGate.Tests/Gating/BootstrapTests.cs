using System.Collections.Immutable;
using RobustnessGate.Facts;
using RobustnessGate.Gating;
using RobustnessGate.Policies;

namespace RobustnessGate.Tests;

public class BootstrapTests
{
    /// <summary>Holm divides alpha by the rules: were the least p-value above it, no fall would ever be significant.</summary>
    [Fact]
    public void A_fall_everywhere_is_significant_at_every_level_that_a_policy_may_ask_for()
    {
        var pairs = Pairs(50, 1, (before, _) => 0.5 * before);
        Assert.True(Bootstrap.Of(pairs, Statistic.Median, 7, 1e-5).Fall < 1e-5);
        Assert.Equal(1e-4, Bootstrap.Of(pairs, Statistic.Median, 7, 0.01).Fall, 12);
    }

    private static ImmutableArray<(double Before, double Now)> Pairs(int count, int seed, Func<double, Random, double> change)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ => 0.05 + random.NextDouble()).Select(before => (before, change(before, random)))];
    }

    [Theory]
    [InlineData(Statistic.Mean)]
    [InlineData(Statistic.Median)]
    [InlineData(Statistic.P05)]
    [InlineData(Statistic.P95)]
    internal void A_common_factor_is_seen_exactly(Statistic statistic)
    {
        var result = Bootstrap.Of(Pairs(50, 1, (before, _) => 0.9 * before), statistic, 7, 0.01);
        Assert.Equal(0.1, result.Drop.Low, 12);
        Assert.Equal(0.1, result.Drop.High, 12);
        Assert.Equal((0.0001, 1.0), (result.Fall, result.Rise));
    }

    [Fact]
    public void No_change_is_no_evidence()
    {
        var result = Bootstrap.Of(Pairs(50, 1, (before, _) => before), Statistic.Median, 7, 0.01);
        Assert.Equal((1.0, 1.0, 0.0, 0.0), (result.Fall, result.Rise, result.Drop.Low, result.Drop.High));
    }

    [Fact]
    public void The_same_seed_gives_the_same_numbers()
    {
        var pairs = Pairs(40, 2, (before, random) => before * (0.8 + (0.3 * random.NextDouble())));
        Assert.Equal(Bootstrap.Of(pairs, Statistic.Mean, 7, 0.01), Bootstrap.Of(pairs, Statistic.Mean, 7, 0.01));
        Assert.NotEqual(Bootstrap.Of(pairs, Statistic.Mean, 7, 0.01), Bootstrap.Of(pairs, Statistic.Mean, 8, 0.01));
    }

    [Theory]
    [InlineData(Statistic.Mean)]
    [InlineData(Statistic.Median)]
    internal void Unchanged_quantities_are_rarely_significant(Statistic statistic)
    {
        var rejected = Enumerable.Range(0, 120).Count(seed =>
            Bootstrap.Of(Pairs(60, seed, (before, random) => before * Math.Exp(0.3 * (random.NextDouble() - random.NextDouble()))), statistic, 7, 0.01).Fall < 0.05);
        Assert.InRange(rejected, 0, 15);
    }

    [Fact]
    public void A_statistic_that_leaves_zero_or_becomes_negative_counts_as_changed()
    {
        var fromZero = Bootstrap.Of([(0, 1), (0, 1), (0, 1)], Statistic.Mean, 7, 0.01);
        Assert.True(fromZero.Rise < 0.001 && fromZero.Fall > 0.999);
        var negative = Bootstrap.Of([(1, -1), (1, -1)], Statistic.Mean, 7, 0.01);
        Assert.True(negative.Fall < 0.001);
    }

    [Fact]
    public void Quantiles_of_a_resample_are_those_of_its_sorted_values()
    {
        // One pair alone: every resample is that pair, whatever the statistic.
        foreach (var statistic in Enum.GetValues<Statistic>())
        {
            Assert.Equal(0.5, Bootstrap.Of([(2, 1)], statistic, 7, 0.01).Drop.Low, 12);
        }

        // Many resamples: the percentile interval encloses the statistic of the sample itself.
        var pairs = Pairs(200, 3, (before, random) => before * (0.7 + (0.2 * random.NextDouble())));
        foreach (var statistic in Enum.GetValues<Statistic>())
        {
            var drop = 1 - (IndicatorSummary.Of(pairs.Select(pair => pair.Now))[statistic]!.Value
                / IndicatorSummary.Of(pairs.Select(pair => pair.Before))[statistic]!.Value);
            var interval = Bootstrap.Of(pairs, statistic, 7, 0.01).Drop;
            Assert.InRange(drop, interval.Low, interval.High);
        }
    }
}
