using RobustnessGate.Maths;

namespace RobustnessGate.Regimes;

/// <summary>Cross-entropy + λ·‖∂L_ce/∂x‖₂² (Ross and Doshi-Velez 2018): the paper's "CrossEntropy".</summary>
/// <param name="Coefficient">
/// λ: multiplies the mean over the batch of each sample's squared Euclidean norm, in raw input units. Code that
/// differentiates the batch mean instead has an effective λ that shrinks with the batch.
/// </param>
/// <param name="Ramp">Share of the training over which λ rises linearly from zero.</param>
/// <param name="Interval">Every how many steps the penalty is applied, with Interval·λ.</param>
internal sealed record Gradient(
    [property: Positive] double Coefficient = 10,
    [property: Between(0, 1)] double Ramp = 0.2,
    [property: AtLeast(1)] int Interval = 1) : Regime
{
    public override string Name => "gradient";

    internal override bool PenalisesGradients => true;

    public override StepLoss Loss(TrainingStep step) =>
        new InputGradientPenalty(
            Coefficient, Ramp, Interval, CrossEntropies, gradient => gradient.flatten(1).square().sum(1))
            .Loss(step, logits => CrossEntropy(logits, step.Labels));
}
