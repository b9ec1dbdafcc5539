using RobustnessGate.Maths;

namespace RobustnessGate.Regimes;

/// <summary>
/// Cross-entropy + c·‖∂L/∂x‖ with L the margin Z_t − max_{i≠t} Z_i (Yu et al. 2018, Eq. 11).
/// </summary>
/// <param name="Coefficient">
/// c: multiplies the mean over the batch of each sample's norm, in raw input units. The paper's c = 500 has no stated
/// reduction; see docs/hardening.md for the one that gives its figures.
/// </param>
/// <param name="Norm">Of the gradient: l1, l2 or linf. l1 is dual to perturbations bounded in linf.</param>
/// <param name="Ramp">Share of the training over which c rises linearly from zero, so that fitting comes first.</param>
/// <param name="Interval">
/// Every how many steps the penalty is applied, with Interval·c: the same in expectation, at less cost.
/// </param>
internal sealed record Jacobian(
    [property: Positive] double Coefficient = 0.01,
    GradientNorm Norm = GradientNorm.L1,
    [property: Between(0, 1)] double Ramp = 0.2,
    [property: AtLeast(1)] int Interval = 1) : Regime
{
    public override string Name => "jacobian";

    internal override bool PenalisesGradients => true;

    public override StepLoss Loss(TrainingStep step) => Penalty().Loss(step, logits => CrossEntropy(logits, step.Labels));

    internal InputGradientPenalty Penalty() => new(Coefficient, Ramp, Interval, Margin.Of, gradient => Lp.Of(gradient, Norm switch
    {
        GradientNorm.L1 => Maths.Norm.L1,
        GradientNorm.L2 => Maths.Norm.L2,
        GradientNorm.Linf => Maths.Norm.Linf,
        _ => throw new InvalidOperationException($"no norm is called {Norm}"),
    }));
}

/// <summary>In what a gradient is measured.</summary>
internal enum GradientNorm { L1, L2, Linf }
