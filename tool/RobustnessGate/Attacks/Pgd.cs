using RobustnessGate.Evaluation;
using RobustnessGate.Policies;

namespace RobustnessGate.Attacks;

public sealed record Pgd(
    [property: AtLeast(1)] int Steps = 40, [property: Positive] double? StepSize = null,
    [property: AtLeast(1)] int Restarts = 1, bool RandomStart = true) : Attack
{
    public override string Name => "pgd";
    public override IReadOnlyList<Norm> Norms => [Norm.Linf, Norm.L2];
    public override void Run(Pursuit pursuit) { }
}
