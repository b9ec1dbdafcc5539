using RobustnessGate.Maths;

namespace RobustnessGate.Regimes;

/// <summary>
/// Both remedies: cross-entropy on samples and adversarial examples, half and half, + c·‖∂L/∂x‖ at the samples
/// (Yu et al. 2018, Table 2, "Ours+AdvTrain"). Parameters as in <see cref="Jacobian"/> and <see cref="Adversarial"/>.
/// </summary>
internal sealed record JacobianAdversarial(
    [property: Positive] double Coefficient = 0.01,
    GradientNorm Norm = GradientNorm.L1,
    [property: Between(0, 1)] double Ramp = 0.2,
    [property: AtLeast(1)] int Interval = 1,
    Craft Craft = Craft.Online,
    [property: Positive] double? Epsilon = null,
    [property: AtLeast(1)] int Steps = 10,
    [property: Positive] double? StepSize = null) : Regime
{
    public override string Name => "jacobian+adversarial";

    internal override bool PenalisesGradients => true;

    public override SignAscent? CraftOnce() => Examples().CraftOnce();

    public override Regime Within(double radius) => this with { Epsilon = Epsilon ?? radius };

    public override StepLoss Loss(TrainingStep step)
    {
        var twins = Examples().Twins(step);
        return new Jacobian(Coefficient, Norm, Ramp, Interval).Penalty().Loss(step, logits =>
            (CrossEntropy(logits, step.Labels) + CrossEntropy(step.Network.Logits(twins), step.Labels)) / 2);
    }

    private Adversarial Examples() => new(Craft, Epsilon, Steps, StepSize);
}
