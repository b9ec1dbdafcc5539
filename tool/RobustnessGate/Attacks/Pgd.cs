using RobustnessGate.Attacks.Engine;
using RobustnessGate.Maths;

namespace RobustnessGate.Attacks;

/// <summary>
/// Projected gradient descent from random starts (Madry et al. 2018, "Towards deep learning models resistant to
/// adversarial attacks", Section 2.1). In ℓ2 the step follows the gradient at unit length.
/// </summary>
/// <param name="Steps">Number of gradient steps of each run.</param>
/// <param name="StepSize">In raw input units; by default 2.5·ε/steps.</param>
/// <param name="Restarts">Number of runs; samples that were broken are not run again.</param>
/// <param name="RandomStart">Whether each run starts at a random point of the ball instead of the sample.</param>
/// <param name="Loss">What is climbed: cross-entropy, margin or DLR.</param>
public sealed record Pgd(
    [property: AtLeast(1), Effort] int Steps = 40, [property: Positive] double? StepSize = null,
    [property: AtLeast(1), Effort] int Restarts = 1, bool RandomStart = true, Loss Loss = Loss.Ce) : Attack
{
    public override string Name => "pgd";

    public override IReadOnlyList<Norm> Norms => [Norm.Linf, Norm.L2, Norm.L1];

    public override int Queries => Restarts * (Steps + 1);

    public override void Run(Search search)
    {
        for (var run = 0; run < Restarts && search.Any; run++)
        {
            using var points = RandomStart ? RandomPoints.InRegion(search, run) : search.AtSamples();
            SteepestAscent.Run(search, points, search.Towards(Losses.Of(Loss)), new Steps(Steps, StepSize));
        }
    }
}
