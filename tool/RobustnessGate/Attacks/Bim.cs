using RobustnessGate.Attacks.Engine;
using RobustnessGate.Maths;

namespace RobustnessGate.Attacks;

/// <summary>
/// The basic iterative method: signed steps on cross-entropy from the sample itself
/// (Kurakin et al. 2016, "Adversarial examples in the physical world", Section 2.2).
/// </summary>
/// <param name="Steps">Number of gradient steps.</param>
/// <param name="StepSize">In raw input units; by default 2.5·ε/steps.</param>
public sealed record Bim([property: AtLeast(1), Effort] int Steps = 10, [property: Positive] double? StepSize = null) : Attack
{
    public override string Name => "bim";

    public override IReadOnlyList<Norm> Norms => [Norm.Linf];

    public override int Queries => Steps + 1;

    public override void Run(Search search)
    {
        using var points = search.AtSamples();
        SteepestAscent.Run(search, points, search.Towards(Losses.CrossEntropy), new Steps(Steps, StepSize));
    }
}
