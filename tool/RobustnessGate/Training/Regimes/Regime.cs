using RobustnessGate.Policies;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace RobustnessGate.Training.Regimes;

/// <summary>
/// What a network is trained to minimise. The record's parameters are the keys under <c>harden</c> in
/// <c>robustness.yml</c>, in kebab case; every reduction over a batch is the mean over its samples.
/// </summary>
public abstract record Regime
{
    /// <summary>The name in policies and reports.</summary>
    public abstract string Name { get; }

    /// <summary>The loss of one batch, with its graph to the weights.</summary>
    public abstract StepLoss Loss(TrainingStep step);

    private protected static Tensor CrossEntropy(Tensor logits, Tensor labels) => functional.cross_entropy(logits, labels);
}

/// <param name="Inputs">(N, …input) in raw units; requires no gradient.</param>
/// <param name="Labels">(N) int64.</param>
/// <param name="Number">Steps made before this one, over the whole training.</param>
/// <param name="Progress">Share of all steps that were made, from 0 to 1.</param>
/// <param name="Bounds">The box that inputs live in; null for none.</param>
/// <param name="Seed">Of this step's own random draws.</param>
public sealed record TrainingStep(
    ITrainable Network, Tensor Inputs, Tensor Labels, long Number, double Progress, Bounds? Bounds, long Seed);

/// <summary>The parts of a loss: scalars. <c>Total</c> is what is minimised and carries the graph.</summary>
/// <param name="Fit">Cross-entropy.</param>
/// <param name="Penalty">What the regime adds, before its coefficient; null where this step adds nothing.</param>
public readonly record struct StepLoss(Tensor Total, Tensor Fit, Tensor? Penalty);
