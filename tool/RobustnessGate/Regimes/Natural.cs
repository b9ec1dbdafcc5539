namespace RobustnessGate.Regimes;

/// <summary>Cross-entropy alone.</summary>
internal sealed record Natural : Regime
{
    public override string Name => "natural";

    public override StepLoss Loss(TrainingStep step)
    {
        var fit = CrossEntropy(step.Network.Logits(step.Inputs), step.Labels);
        return new(fit, fit, null);
    }
}
