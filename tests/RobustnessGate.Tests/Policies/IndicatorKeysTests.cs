using RobustnessGate.Gating;
using RobustnessGate.Maths;
using RobustnessGate.Policies;

namespace RobustnessGate.Tests;

public class IndicatorKeysTests
{
    [Fact]
    public void Every_key_is_read_and_has_a_default()
    {
        var plain = PolicyText.Read(PolicyText.With(11, "indicator: { samples: 5 }")).Indicator!;
        Assert.Equal(new IndicatorSection(5), plain);
        Assert.Equal((4, false, null, null), (plain.Jitter, plain.Clever, plain.Epsilon, plain.EpsilonL2));
        var full = PolicyText.Read(PolicyText.With(11, "indicator: { samples: 7, epsilon: 8/255, epsilon-l2: 1.5, jitter: 0, clever: true }")).Indicator!;
        Assert.Equal(new IndicatorSection(7) { Epsilon = 8.0 / 255, EpsilonL2 = 1.5, Jitter = 0, Clever = true }, full);
    }

    [Theory]
    [InlineData("indicator: { epsilon: 0 }", "RG0110")]
    [InlineData("indicator: { epsilon-l2: -1 }", "RG0110")]
    [InlineData("indicator: { jitter: 65 }", "RG0110")]
    [InlineData("indicator: { clever: maybe }", "RG0109")]
    [InlineData("indicator: { jiter: 4 }", "RG0105")]
    public void What_cannot_be_meant_is_a_mistake(string line, string code) =>
        Assert.Contains(code, PolicyText.Mistakes(PolicyText.With(11, line)).Select(finding => finding.Code));

    [Theory]
    [InlineData("clever-radius", "indicator: { samples: 5 }")]
    [InlineData("linear-radius-jittered", "indicator: { samples: 5, jitter: 0 }")]
    public void A_rule_on_what_is_not_measured_is_a_mistake(string metric, string indicator)
    {
        var text = PolicyText.With(21, $"    - metric: {metric}").Replace("indicator: { samples: 5 }", indicator, StringComparison.Ordinal);
        Assert.Contains("RG0117", PolicyText.Mistakes(text).Select(finding => finding.Code));
    }

    [Fact]
    public void Every_metric_names_a_quantity_that_is_measured()
    {
        var measured = Indicators.Surroundings.Measure(Indicators.Surroundings.Piecewise(), 2).Indicator!.PerSample.Keys.ToHashSet(StringComparer.Ordinal);
        Assert.All(
            Metrics.Indicators.Where(metric => metric != "clever-radius"),
            metric => Assert.Contains(Baseline.Quantity(metric), measured));
    }

    [Fact]
    public void Metrics_that_predict_are_those_of_a_radius()
    {
        Assert.Equal(Norm.Linf, Metrics.Predicts("linear-radius-jittered"));
        Assert.Equal(Norm.L2, Metrics.Predicts("bounded-radius-l2"));
        Assert.Equal(Norm.L1, Metrics.Predicts("predicted-radius-l1"));
        Assert.Null(Metrics.Predicts("jacobian-l1"));
        Assert.Null(Metrics.Predicts("hessian-l1"));
    }
}
