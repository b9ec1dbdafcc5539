using RobustnessGate.Maths;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace RobustnessGate.Regimes;

/// <summary>
/// Cross-entropy + β·KL(p(x) ‖ p(x')), x' within ε where that divergence is greatest (Zhang et al. 2019, TRADES).
/// </summary>
/// <param name="Beta">β: multiplies the mean over the batch of each sample's divergence, in nats.</param>
/// <param name="Epsilon">Radius, L∞, raw input units.</param>
/// <param name="StepSize">Raw input units; by default 2.5·ε/steps.</param>
/// <param name="Ramp">Share of the training over which ε rises linearly from zero.</param>
internal sealed record Trades(
    [property: Positive] double Beta = 6,
    [property: Positive] double? Epsilon = null,
    [property: AtLeast(1)] int Steps = 10,
    [property: Positive] double? StepSize = null,
    [property: Between(0, 1)] double Ramp = 0.3) : Regime
{
    public override string Name => "trades";

    public override Regime Within(double radius) => this with { Epsilon = Epsilon ?? radius };

    public override StepLoss Loss(TrainingStep step)
    {
        using var scope = NewDisposeScope();
        // The divergence and its gradient vanish at the sample itself, so the ascent starts beside it.
        var ascent = Ascent(Epsilon, StepSize, Steps, Rise(step.Progress, Ramp), randomStart: true);
        var before = step.Network.Evaluating(() => functional.log_softmax(step.Network.Logits(step.Inputs), 1)).detach();
        var worst = step.Craft(ascent, x => Divergences(before, functional.log_softmax(step.Network.Logits(x), 1)));

        var count = step.Labels.shape[0];
        var both = step.Network.Logits(cat([step.Inputs, worst]));
        var logits = both.narrow(0, 0, count);
        var fit = CrossEntropy(logits, step.Labels);
        var penalty = Divergences(
            functional.log_softmax(logits, 1), functional.log_softmax(both.narrow(0, count, count), 1)).mean();
        return new StepLoss(fit + (penalty * Beta), fit, penalty).MoveToOuterScope();
    }

    /// <summary>KL(p ‖ q) of each row of two log-probabilities, (N, K) → (N), in nats.</summary>
    private static Tensor Divergences(Tensor logP, Tensor logQ) => (logP.exp() * (logP - logQ)).sum(1);
}
