using RobustnessGate.Diagnostics;
using RobustnessGate.Maths;
using RobustnessGate.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace RobustnessGate.Evaluation.Credibility;

/// <summary>
/// Whether cross-entropy's gradient vanishes by rounding where the margin's does not: in float32 it is exactly zero once
/// one logit leads by about 100. Attacks that climb cross-entropy stay where they are then.
/// </summary>
internal static class UnderflowCheck
{
    /// <summary>Few such samples change no count by much.</summary>
    private const double Acceptable = 0.05;

    /// <param name="classifier">The model.</param>
    /// <param name="samples">(N, …) float32.</param>
    /// <param name="labels">(N).</param>
    /// <param name="where">Where the policy names the model.</param>
    /// <returns>RG1112 with the figures in float32 and float64; null where cross-entropy can be climbed.</returns>
    public static Suspicion? Examine(Classifier classifier, Tensor samples, int[] labels, Location where)
    {
        using var scope = NewDisposeScope();
        var classes = tensor(labels.Select(label => (long)label).ToArray(), device: samples.device);
        var alive = Dead(classifier, samples, classes, Margin.Of).logical_not();
        var dead = Dead(classifier, samples, classes, Losses.CrossEntropy).logical_and(alive);
        var count = dead.sum().item<long>();
        if (!(count > Acceptable * labels.Length))
        {
            return null;
        }

        var exact = "";
        if (classifier.Network.SupportsDouble)
        {
            var still = Dead(classifier, samples.to(ScalarType.Float64), classes, Losses.CrossEntropy).logical_and(dead).sum().item<long>();
            exact = FormattableString.Invariant($" (in float64 at {still} of these)");
        }

        return new Suspicion(
            new Finding("RG1112", Severity.Warning, where, FormattableString.Invariant(
                $"the gradient of cross-entropy is rounded to zero at {count} of the first {labels.Length} samples{exact}, while that of the margin is not: the logits are very large. Attacks that climb cross-entropy find nothing there. The samples still robust are searched again on the margin; in the policy, use loss: margin or loss: dlr.")),
            FormattableString.Invariant($"cross-entropy's gradient underflows on {100.0 * count / labels.Length:0} % of samples"), Decisive: false)
        {
            Underflow = true,
        };
    }

    /// <summary>(N): where the gradient is zero or not finite.</summary>
    private static Tensor Dead(Classifier classifier, Tensor samples, Tensor classes, Func<Tensor, Tensor, Tensor> loss)
    {
        using var scope = NewDisposeScope();
        var points = samples.clone().detach().requires_grad_();
        var length = Lp.Of(InputGradient.Of(loss(classifier.Logits(points), classes).sum(), points), Norm.L1);
        return length.gt(0).logical_and(length.isfinite()).logical_not().MoveToOuterDisposeScope();
    }
}
