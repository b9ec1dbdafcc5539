using RobustnessGate.Maths;
using TorchSharp;
using static TorchSharp.torch;

namespace RobustnessGate.Regimes;

/// <summary>Cross-entropy at the worst point that PGD finds within ε of each sample (Madry et al. 2018).</summary>
/// <param name="Epsilon">Radius, L∞, raw input units.</param>
/// <param name="StepSize">Raw input units; by default 2.5·ε/steps.</param>
/// <param name="Ramp">
/// Share of the training over which ε rises linearly from zero. From the start at full ε, small networks often stay at
/// a constant answer.
/// </param>
internal sealed record MinMax(
    [property: Positive] double? Epsilon = null,
    [property: AtLeast(1)] int Steps = 10,
    [property: Positive] double? StepSize = null,
    [property: Between(0, 1)] double Ramp = 0.3) : Regime
{
    public override string Name => "min-max";

    public override Regime Within(double radius) => this with { Epsilon = Epsilon ?? radius };

    public override StepLoss Loss(TrainingStep step)
    {
        using var scope = NewDisposeScope();
        var ascent = Ascent(Epsilon, StepSize, Steps, Rise(step.Progress, Ramp), randomStart: true);
        var worst = step.Craft(ascent, x => CrossEntropies(step.Network.Logits(x), step.Labels));
        var fit = CrossEntropy(step.Network.Logits(worst), step.Labels);
        return new StepLoss(fit, fit, null).MoveToOuterScope();
    }
}
