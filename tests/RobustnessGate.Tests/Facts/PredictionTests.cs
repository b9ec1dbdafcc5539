using System.Collections.Immutable;
using RobustnessGate.Diagnostics;
using RobustnessGate.Facts;
using RobustnessGate.Gating;
using RobustnessGate.Maths;
using RobustnessGate.Policies;

namespace RobustnessGate.Tests.Facts;

public class PredictionTests
{
    private const int Samples = 40;

    [Fact]
    public void Spearman_and_auroc_are_those_of_the_textbook()
    {
        Assert.Equal(1, RankStatistics.Spearman([1, 2, 3, 4], [10, 20, 30, 1000])!.Value, 1e-12);
        Assert.Equal(-1, RankStatistics.Spearman([1, 2, 3, 4], [4, 3, 2, double.NegativeInfinity])!.Value, 1e-12);
        // 1 − 6·Σd²/(n(n² − 1)) with d = 1, −1, 0, 0, 0.
        Assert.Equal(0.9, RankStatistics.Spearman([1, 2, 3, 4, 5], [2, 1, 3, 4, 5])!.Value, 1e-12);
        Assert.Null(RankStatistics.Spearman([1, 2], [3, 3]));
        Assert.Equal(0.75, RankStatistics.Auroc([1, 3], [2, 4])!.Value, 1e-12);
        Assert.Equal(0.5, RankStatistics.Auroc([1, 1], [1, 1])!.Value, 1e-12);
        Assert.Null(RankStatistics.Auroc([], [1]));
    }

    [Fact]
    public void Of_two_outcomes_the_corrected_correlation_is_twice_the_area_minus_one()
    {
        double[] predicted = [1, 2, 3, 4, 5, 6];
        double[] outcome = [0, 0, 1, 0, 1, 1];
        var corrected = RankStatistics.Spearman(predicted, outcome) / RankStatistics.GreatestSpearman(outcome);
        Assert.Equal((2 * RankStatistics.Auroc([1, 2, 4], [3, 5, 6])!.Value) - 1, corrected!.Value, 1e-12);
    }

    [Fact]
    public void The_curve_is_set_beside_what_attacks_found()
    {
        // Predicted radii 0.01, 0.02, …, 0.40; at 0.1 the first 12 are broken, at 0.3 the first 30.
        var evaluation = Evaluation(i => 0.01 * (i + 1), broken01: 12, broken03: 30);
        var prediction = Prediction.All(evaluation).Single();
        var at01 = prediction.Curve.Single(point => point.Epsilon == 0.1);
        var at03 = prediction.Curve.Single(point => point.Epsilon == 0.3);
        Assert.Equal((30, 28), (at01.Predicted, at01.Attacked));
        Assert.Equal((10, 10), (at03.Predicted, at03.Attacked));
        Assert.Equal(2.0 / 2 / Samples, prediction.MeanAbsoluteError!.Value, 1e-12);
        Assert.Equal(1, prediction.BrokenBy[0].Auroc);
        // Samples 10 and 11 are predicted 0.11 and 0.12 and broke at 0.1.
        Assert.Equal(2, prediction.Held[0].Overestimates);
        Assert.Equal(1, prediction.Held[0].Correlation!.Value, 1e-12);
    }

    [Fact]
    public void A_prediction_that_holds_is_a_criterion()
    {
        var result = Judge(Evaluation(i => 0.01 * (i + 1), 12, 30), RuleSeverity.Error, min: 0.5);
        Assert.Equal((RuleOutcome.Failed, "RG1002"), (result.Rules[0].Outcome, result.Rules[0].Code));
    }

    [Fact]
    public void One_that_does_not_declines()
    {
        var result = Judge(Evaluation(i => 0.01 * (((i * 17) % Samples) + 1), 12, 30), RuleSeverity.Error, min: 0.01);
        Assert.Equal((RuleOutcome.Inconclusive, "RG1131"), (result.Rules[0].Outcome, result.Rules[0].Code));
        Assert.Equal(Verdict.Inconclusive, result.Verdict);
        Assert.Contains(result.Findings, finding => finding.Code == "RG1131" && finding.Severity == Severity.Warning);
    }

    /// <summary>Declining lends no limit a pass: what is below its floor is so whatever it predicts.</summary>
    [Fact]
    public void One_that_declines_still_fails_below_its_floor()
    {
        var result = Judge(Evaluation(i => 0.01 * (((i * 17) % Samples) + 1), 12, 30), RuleSeverity.Error, min: 0.5);
        Assert.Equal((RuleOutcome.Failed, "RG1002"), (result.Rules[0].Outcome, result.Rules[0].Code));
        Assert.Contains("declines to be a criterion", result.Findings[^1].Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_different_outcomes_nothing_is_known_and_nothing_declined()
    {
        var result = Judge(Evaluation(i => 0.01 * (((i * 17) % Samples) + 1), 1, 2), RuleSeverity.Error, min: 0.01);
        Assert.Equal(RuleOutcome.Passed, result.Rules[0].Outcome);
    }

    [Fact]
    public void Rescaled_logits_trip_a_rule_on_the_raw_jacobian_and_no_scale_free_one()
    {
        var policy = Scene.Policy(
            Scene.Rule("jacobian-l1", maxRiseRatio: 0.1), Scene.Rule("linear-radius", maxDropRatio: 0.1), Scene.Rule("jacobian-hoyer", maxDropRatio: 0.1));
        var before = Indicators.Surroundings.Measure(Indicators.Surroundings.Piecewise(), Samples).Indicator!;
        var after = Indicators.Surroundings.Measure(Indicators.Surroundings.Piecewise(1024), Samples).Indicator!;
        var baseline = Scene.Pin(policy, With(before));
        var result = Gate.Decide(policy, With(after), baseline);
        Assert.Equal([RuleOutcome.Failed, RuleOutcome.Passed, RuleOutcome.Passed], result.Rules.Select(rule => rule.Outcome));
    }

    [Fact]
    public void Values_of_other_settings_are_not_compared()
    {
        var policy = Scene.Policy(Scene.Rule("non-linearity", maxRiseRatio: 0.1), Scene.Rule("linear-radius", maxDropRatio: 0.1));
        var fact = Indicators.Surroundings.Measure(Indicators.Surroundings.Piecewise(), Samples).Indicator!;
        var baseline = Scene.Pin(policy, With(fact));
        var other = fact with { Context = fact.Context! with { Protocol = "indicator/1 epsilon=0.3" } };
        var result = Gate.Decide(policy, With(other), baseline);
        Assert.Equal(["RG0206", null], result.Rules.Select(rule => rule.Code));
    }

    private static EvaluationFacts With(IndicatorFact fact)
    {
        var all = Scene.Bits(Samples, Samples);
        return Scene.Measured(all, all, all, fact with { Right = all });
    }

    private static EvaluationFacts Evaluation(Func<int, double> predicted, int broken01, int broken03)
    {
        ImmutableArray<double?> values = [.. Enumerable.Range(0, Samples).Select(i => (double?)predicted(i))];
        var right = Scene.Bits(Samples, Samples);
        var fact = new IndicatorFact(
            Samples, ImmutableSortedDictionary<string, ImmutableArray<double?>>.Empty.Add("predictedRadius", values), [], right);
        return Scene.Measured(right, Scene.Change(right, broken01, 0), Scene.Change(right, broken03, 0), fact);
    }

    private static GateResult Judge(EvaluationFacts evaluation, RuleSeverity severity, double min) =>
        Gate.Decide(Scene.Policy(Scene.Rule("predicted-radius", min: min, severity: severity)), evaluation, null);
}
