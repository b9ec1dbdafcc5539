using RobustnessGate.Diagnostics;
using RobustnessGate.Maths;
using RobustnessGate.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace RobustnessGate.Evaluation.Credibility;

/// <summary>
/// Whether attacks that follow gradients have any to follow. Where the margin's gradient is exactly zero they stay where
/// they are and everything looks robust (Athalye et al. 2018, "Obfuscated gradients give a false sense of security").
/// </summary>
internal static class GradientCheck
{
    /// <summary>A few dead samples are ordinary in ReLU networks; more is a sign.</summary>
    private const double Acceptable = 0.05;

    /// <summary>From this share on attacks along gradients judge the minority of samples that they can see.</summary>
    private const double Most = 0.5;

    /// <param name="classifier">The model.</param>
    /// <param name="samples">(N, …) in raw input units.</param>
    /// <param name="labels">(N).</param>
    /// <param name="where">Where the policy names the model; null without a policy.</param>
    /// <returns>RG1106 with the figure; null where gradients can be used.</returns>
    public static Suspicion? Examine(Classifier classifier, Tensor samples, int[] labels, Location? where)
    {
        using var scope = NewDisposeScope();
        var points = samples.clone().detach().requires_grad_();
        var classes = tensor(labels.Select(label => (long)label).ToArray(), device: samples.device);
        var gradient = InputGradient.Of(Margin.Of(classifier.Logits(points), classes).sum(), points);
        var usable = Lp.Of(gradient, Norm.L1);
        var dead = usable.gt(0).logical_and(usable.isfinite()).logical_not().sum().item<long>();
        if (!(dead > Acceptable * labels.Length))
        {
            return null;
        }

        var nodes = classifier.Network.Card.NonDifferentiable;
        var cause = nodes.IsEmpty ? "" : $" Nodes that let no gradient through: {string.Join(", ", nodes)}.";
        return new Suspicion(
            new Finding("RG1106", Severity.Warning, where, FormattableString.Invariant(
                $"the gradient of the margin is zero or not finite at {dead} of the first {labels.Length} samples.{cause} Attacks that follow gradients find little there, so a high robust count may be an illusion: add an attack that needs none, such as square, and do not trust the others.")),
            FormattableString.Invariant($"its gradients are zero or not finite on {100.0 * dead / labels.Length:0} % of samples"), Decisive: dead >= Most * labels.Length);
    }
}
