using RobustnessGate.Maths;
using TorchSharp;
using static TorchSharp.torch;

namespace RobustnessGate.Regimes;

/// <summary>
/// Cross-entropy + λ·‖∇ℓ(x + h·z) − ∇ℓ(x)‖₂², ℓ the cross-entropy, z the unit vector along sign(∇ℓ(x))
/// (Moosavi-Dezfooli et al. 2019, CURE): the curvature of the loss over a finite distance, which Yu et al. 2018,
/// Section 5.1, leave as future work. A pointwise Hessian of the margin would not do: of a piecewise linear network it
/// is zero almost everywhere.
/// </summary>
/// <param name="Coefficient">λ: multiplies the mean over the batch of each sample's squared Euclidean norm.</param>
/// <param name="Distance">h: Euclidean length of the probe, in raw input units.</param>
/// <param name="Ramp">Share of the training over which λ rises linearly from zero.</param>
internal sealed record Curvature(
    [property: Positive] double Coefficient = 4,
    [property: Positive] double Distance = 1.5,
    [property: Between(0, 1)] double Ramp = 0.2) : Regime
{
    public override string Name => "curvature";

    internal override bool PenalisesGradients => true;

    public override StepLoss Loss(TrainingStep step)
    {
        using var scope = NewDisposeScope();
        var x = step.Inputs.detach().requires_grad_();
        var here = Losses(step, x);
        var slope = InputGradient.Of(here.sum(), x, GraphUse.Differentiate);
        var direction = Lp.SteepestAscent(slope.detach(), Norm.Linf);
        var unit = direction / Lp.PerRow(Lp.Of(direction, Norm.L2).clamp_min(1), direction);
        var ahead = (x + (unit * Distance)).detach().requires_grad_();
        var change = InputGradient.Of(Losses(step, ahead).sum(), ahead, GraphUse.Differentiate) - slope;
        var penalty = change.flatten(1).square().sum(1).mean();
        var fit = Coupled(step) ? CrossEntropy(step.Network.Logits(step.Inputs), step.Labels) : here.mean();
        var total = fit + (penalty * (Coefficient * Rise(step.Progress, Ramp)));
        return new StepLoss(total, fit, penalty).MoveToOuterScope();
    }

    /// <summary>(N): with running statistics, where those of the batch would tie its samples together.</summary>
    private static Tensor Losses(TrainingStep step, Tensor x) => CrossEntropies(
        Coupled(step) ? step.Network.Evaluating(() => step.Network.Logits(x)) : step.Network.Logits(x), step.Labels);

    private static bool Coupled(TrainingStep step) => step.Network is { Training: true, CouplesSamples: true };
}
