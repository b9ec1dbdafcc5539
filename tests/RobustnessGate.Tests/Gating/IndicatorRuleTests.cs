using RobustnessGate.Diagnostics;
using RobustnessGate.Facts;
using RobustnessGate.Gating;
using RobustnessGate.Policies;
using static RobustnessGate.Tests.Scene;

namespace RobustnessGate.Tests;

public class IndicatorRuleTests
{
    private static readonly BitString Five = Bits(5, 5);
    private static readonly BitString Many = Bits(40, 40);

    private static GateResult Judge(Rule rule, IndicatorFact before, IndicatorFact now)
    {
        var policy = Policy(rule);
        var all = Bits(before.Samples, before.Samples);
        return Gate.Decide(policy, Measured(all, all, all, now), Pin(policy, Measured(all, all, all, before)));
    }

    private static Rule Radius(double? fall = null, double? rise = null, Statistic statistic = Statistic.Median, double? min = null) =>
        Rule("linear-radius", statistic: statistic, maxDropRatio: fall, maxRiseRatio: rise, min: min);

    /// <summary>0.1, 0.2, …, 4.0, times a factor.</summary>
    private static IndicatorFact Times(double factor) =>
        Indicator(Many, [.. Enumerable.Range(1, 40).Select(i => (double?)(factor * i / 10))]);

    [Theory]
    [InlineData(0.90, 0.10, true)]
    [InlineData(0.89, 0.10, false)]
    [InlineData(3.00, 0.10, true)]
    public void A_fall_is_relative_to_the_baseline(double factor, double allowed, bool passes)
    {
        var result = Judge(Radius(fall: allowed), Times(1), Times(factor));
        Assert.Equal(passes ? ExitCode.Passed : ExitCode.GateFailed, result.ExitCode);
        Assert.Equal(passes ? null : "RG1004", result.Rules[0].Code);
        Assert.Equal(1 - factor, result.Rules[0].Drop!.Value, 1e-9);
        Assert.Equal(1 - factor, result.Rules[0].DropInterval!.Value.Low, 1e-3);
    }

    [Fact]
    public void A_rise_is_limited_by_max_rise_ratio()
    {
        Assert.Equal(ExitCode.GateFailed, Judge(Radius(rise: 0.1), Times(1), Times(1.2)).ExitCode);
        Assert.Equal(ExitCode.Passed, Judge(Radius(rise: 0.2), Times(1), Times(1.2)).ExitCode);
    }

    [Fact]
    public void A_fall_that_one_sample_makes_is_inconclusive()
    {
        var result = Judge(
            Radius(fall: 0.1, statistic: Statistic.Mean), Indicator(Five, 0.1, 0.1, 0.1, 0.1, 9), Indicator(Five, 0.1, 0.1, 0.1, 0.1, 1));
        Assert.Equal((Verdict.Inconclusive, "RG1101"), (result.Verdict, result.Rules[0].Code));
    }

    [Fact]
    public void Only_samples_right_in_both_are_compared()
    {
        // Sample 4 was wrong before and samples 0, 1 are wrong now: 2 and 3 remain.
        var result = Judge(
            Radius(fall: 0.1, statistic: Statistic.Mean),
            Indicator(BitString.Parse("11110"), 0.9, 0.9, 0.2, 0.4, -5), Indicator(BitString.Parse("00111"), -1, -1, 0.2, 0.4, 7));
        Assert.Equal((2, 0.3, 0.3), (result.Rules[0].Total, Math.Round(result.Rules[0].BaselineValue!.Value, 9), Math.Round(result.Rules[0].Value!.Value, 9)));
        Assert.Equal(ExitCode.Passed, result.ExitCode);
    }

    [Fact]
    public void Rounding_of_the_baseline_is_no_change()
    {
        double?[] values = [1.0 / 3, 2.0 / 7, 3.0 / 11, 4.0 / 13, 5.0 / 17];
        Assert.Equal(0, Judge(Radius(fall: 0), Indicator(Five, values), Indicator(Five, values)).Rules[0].Drop);
    }

    [Fact]
    public void Vanishing_gradients_do_not_hide_a_fall()
    {
        var before = Indicator(Five, 0.1, 0.2, 0.3, 0.4, 0.5);
        var result = Judge(Radius(fall: 0.1), before, Indicator(Five, null, null, null, 0.4, 0.5));
        Assert.Equal((ExitCode.GateFailed, "RG1005"), (result.ExitCode, result.Rules[0].Code));
        Assert.Equal("RG1005", Judge(Radius(min: 0), before, Indicator(Five, null, null, null, null, null)).Rules[0].Code);
        Assert.Equal("RG1005", Judge(Radius(min: 0), before, Indicator(Five, double.NaN, null, null, null, null)).Rules[0].Code);
    }

    [Fact]
    public void Newly_undefined_values_count_as_the_worst()
    {
        var before = Indicator(Five, 0.1, 0.2, 0.3, 0.4, 0.5);
        var lostLow = Indicator(Five, null, 0.2, 0.3, 0.4, 0.5);
        var result = Judge(Radius(fall: 0.1), before, lostLow);
        Assert.Equal((ExitCode.Passed, RuleOutcome.Warned, "RG1105"), (result.ExitCode, result.Rules[0].Outcome, result.Rules[0].Code));
        Assert.Contains("newly undefined at 1 of 5", result.Findings[0].Message, StringComparison.Ordinal);

        // 15 of 40 around the median: left out, they would not move it; assumed worst, they do.
        var lostMany = Indicator(Many, [.. Enumerable.Range(1, 40).Select(i => i is > 13 and <= 28 ? null : (double?)i / 10)]);
        Assert.Equal("RG1004", Judge(Radius(fall: 0.1), Times(1), lostMany).Rules[0].Code);
        Assert.Equal("RG1004", Judge(Radius(rise: 0.1), Times(1), lostMany).Rules[0].Code);
        Assert.Equal("RG1004", Judge(Radius(fall: 0.1, statistic: Statistic.Mean), before, lostLow).Rules[0].Code);
    }

    [Fact]
    public void A_fall_to_zero_and_below_is_a_fall()
    {
        var zero = Indicator(Five, 0, 0, 0, 0, 0);
        var result = Judge(Radius(rise: 0.5), zero, Indicator(Five, 1, 1, 1, 1, 1));
        Assert.Equal(ExitCode.GateFailed, result.ExitCode);
        Assert.Equal(ExitCode.Passed, Judge(Radius(rise: 0), zero, zero).ExitCode);
    }

    [Fact]
    public void A_baseline_without_the_quantity_is_not_compared_with()
    {
        var before = Indicator(Five, 0.1, 0.2, 0.3, 0.4, 0.5);
        var pinned = Pin(Policy(Natural(min: 0)), Measured(Five, Five, Five, before));
        var result = Gate.Decide(Policy(Radius(fall: 0.1)), Measured(Five, Five, Five, before), pinned);
        Assert.Equal((ExitCode.BaselineUnusable, "RG0206"), (result.ExitCode, result.Rules[0].Code));
    }

    [Fact]
    public void An_indicator_that_nothing_measured_fails()
    {
        var result = Gate.Decide(Policy(Radius(min: 0)), Measured(Five, Five, Five), null);
        Assert.Equal((ExitCode.GateFailed, "RG1005"), (result.ExitCode, result.Rules[0].Code));
    }

    [Theory]
    [InlineData(Statistic.Mean, 20.0 / 6)]
    [InlineData(Statistic.Median, 3.5)]
    [InlineData(Statistic.P05, 1.25)]
    [InlineData(Statistic.P95, 5.5)]
    internal void Summaries_interpolate_between_order_statistics(Statistic statistic, double expected) =>
        Assert.Equal(expected, IndicatorSummary.Of([6.0, 1, 2, double.NaN, 3, 4, 4])[statistic]!.Value, 9);
}
