using RobustnessGate.Maths;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace RobustnessGate.Regimes;

/// <summary>
/// What a network is trained to minimise. The record's parameters are the keys under <c>harden</c> in
/// <c>robustness.yml</c>, in kebab case; every reduction over a batch is the mean over its samples.
/// </summary>
internal abstract record Regime
{
    /// <summary>The name in policies and reports.</summary>
    public abstract string Name { get; }

    /// <summary>How examples are crafted once, before the first step, from the network as it then is; null where none are.</summary>
    public virtual SignAscent? CraftOnce() => null;

    /// <summary>Whether the loss holds gradients with respect to the input, so that weights' gradients are second derivatives.</summary>
    internal virtual bool PenalisesGradients => false;

    /// <summary>The loss of one batch, with its graph to the weights.</summary>
    public abstract StepLoss Loss(TrainingStep step);

    /// <summary>The same regime with this radius wherever it needs one and none was given.</summary>
    /// <param name="radius">L∞, in raw input units.</param>
    public virtual Regime Within(double radius) => this;

    /// <summary>Mean cross-entropy of a batch in nats: logits (N, K) and classes (N) int64 → a scalar.</summary>
    private protected static Tensor CrossEntropy(Tensor logits, Tensor labels) => functional.cross_entropy(logits, labels);

    /// <summary>Each sample's cross-entropy, (N, K) and (N) → (N).</summary>
    private protected static Tensor CrossEntropies(Tensor logits, Tensor labels) =>
        functional.cross_entropy(logits, labels, reduction: Reduction.None);

    /// <summary>From 0 to 1 over the first <paramref name="ramp"/> of the training, then 1.</summary>
    internal static double Rise(double progress, double ramp) => progress < ramp ? progress / ramp : 1;

    /// <summary>The search for the worst point around each sample, at a share of its radius.</summary>
    /// <param name="epsilon">Radius, L∞, raw input units.</param>
    /// <param name="stepSize">Raw input units; null for 2.5·ε/steps.</param>
    /// <param name="rise">From 0 to 1: what radius and step are multiplied by.</param>
    private protected SignAscent Ascent(double? epsilon, double? stepSize, int steps, double rise, bool randomStart)
    {
        var radius = Required(epsilon) * rise;
        return new(radius, stepSize * rise ?? (2.5 * radius / steps), steps, randomStart);
    }

    private double Required(double? radius) => radius
        ?? throw new InvalidOperationException($"{Name} needs a radius: set Epsilon or call {nameof(Within)}");
}

/// <param name="Inputs">(N, …input) in raw units; requires no gradient.</param>
/// <param name="Labels">(N) int64.</param>
/// <param name="Number">Steps made before this one, over the whole training.</param>
/// <param name="Progress">Share of all steps that were made, from 0 to 1.</param>
/// <param name="Bounds">The box that inputs live in; null for none.</param>
/// <param name="Seed">Of the training; with <paramref name="Number"/> it determines every draw of this step.</param>
internal sealed record TrainingStep(
    ITrainable Network, Tensor Inputs, Tensor Labels, long Number, double Progress, Bounds? Bounds, long Seed)
{
    /// <summary>(N, …input): the examples that were crafted once from these inputs; null where the regime asked for none.</summary>
    public Tensor? Crafted { get; init; }

    /// <summary>Moves the inputs to where an objective is higher, with running statistics in force.</summary>
    /// <param name="objective">Points (N, …input) → what to raise, (N).</param>
    /// <returns>(N, …input), without a graph.</returns>
    public Tensor Craft(SignAscent ascent, Func<Tensor, Tensor> objective)
    {
        using var generator = Randomness.For(Seed, Randomness.Purpose.Crafting, Number);
        return Network.Evaluating(() => ascent.Run(objective, Inputs, Bounds, generator));
    }
}

/// <summary>The parts of a loss: scalars. <c>Total</c> is what is minimised and carries the graph.</summary>
/// <param name="Fit">Cross-entropy.</param>
/// <param name="Penalty">What the regime adds, before its coefficient; null where this step adds nothing.</param>
internal readonly record struct StepLoss(Tensor Total, Tensor Fit, Tensor? Penalty)
{
    /// <summary>The same parts, kept alive beyond the innermost dispose scope.</summary>
    internal StepLoss MoveToOuterScope() => new(
        Total.MoveToOuterDisposeScope(),
        ReferenceEquals(Fit, Total) ? Fit : Fit.MoveToOuterDisposeScope(),
        Penalty?.MoveToOuterDisposeScope());
}
