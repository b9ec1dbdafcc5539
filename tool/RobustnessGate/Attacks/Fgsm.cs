using RobustnessGate.Evaluation;
using RobustnessGate.Policies;

namespace RobustnessGate.Attacks;

public sealed record Fgsm : Attack
{
    public override string Name => "fgsm";
    public override IReadOnlyList<Norm> Norms => [Norm.Linf];
    public override void Run(Pursuit pursuit) { }
}
