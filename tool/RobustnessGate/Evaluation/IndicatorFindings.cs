using RobustnessGate.Diagnostics;
using RobustnessGate.Facts;
using RobustnessGate.Indicators;

namespace RobustnessGate.Evaluation;

/// <summary>What people should know of an indicator before they read its numbers.</summary>
internal static class IndicatorFindings
{
    /// <summary>Share of samples on ties from which on derivatives at the samples themselves are worth a word.</summary>
    private const double ManyTies = 0.05;

    /// <param name="exact">Whether it was measured in float64.</param>
    /// <param name="disagree">Whether the graph's operators and the measured derivatives tell different kinds.</param>
    public static IEnumerable<Finding> Of(EvaluationPlan plan, IndicatorFact indicator, bool piecewiseLinear, bool exact, bool disagree)
    {
        if (!piecewiseLinear && plan.Model.Input.Size > HessianIndicator.MostFeaturesOfAFullHessian)
        {
            yield return new("RG1109", Severity.Note, plan.Source.At("indicator"), FormattableString.Invariant(
                $"this network is smooth and has {plan.Model.Input.Size} input features: the spectra of its Hessians are estimates with error bars, and quantities that need the full matrix are null."));
        }

        if (!exact)
        {
            yield return new("RG1108", Severity.Warning, plan.Source.At("model.path"),
                "this model runs in float32 only: the indicator has about six digits, and shares of zeros are left out because they would count rounding noise. Export it unfrozen, or as ONNX, for an exact one.");
        }

        if (disagree)
        {
            yield return new("RG1130", Severity.Warning, plan.Source.At("model.path"),
                $"the network looks {indicator.Context!.Kind}. The indicator goes by the derivatives; saturated units and operators that do not lie on the way to the logits are the usual reasons.");
        }

        var ties = indicator.PerSample["gradientTie"].Count(tie => tie > 0);
        if (ties > ManyTies * indicator.Samples)
        {
            yield return new("RG1133", Severity.Note, plan.Source.At("indicator"), FormattableString.Invariant(
                $"{ties} of {indicator.Samples} samples lie on a kink of the network, where derivatives are a matter of which of equal inputs a framework picks: there go by the averages over jittered points."));
        }
    }
}
