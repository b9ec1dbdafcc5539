using RobustnessGate.Evaluation;
using RobustnessGate.Policies;

namespace RobustnessGate.Attacks;

/// <param name="Steps">Number of gradient steps, at least 1.</param>
/// <param name="StepSize">In raw input units; by default 2.5·ε/steps.</param>
public sealed record Bim([property: AtLeast(1)] int Steps = 10, [property: Positive] double? StepSize = null) : Attack
{
    public override string Name => "bim";
    public override IReadOnlyList<Norm> Norms => [Norm.Linf];
    public override void Run(Pursuit pursuit) { }
}
