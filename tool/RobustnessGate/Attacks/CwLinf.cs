using RobustnessGate.Attacks.Engine;
using RobustnessGate.Maths;

namespace RobustnessGate.Attacks;

/// <summary>
/// What Yu et al. 2018 call "C&amp;W": signed steps on the margin L (Eq. 2 and 3) from the sample itself, in ℓ∞. It is
/// not the ℓ2 attack of Carlini and Wagner, whose loss it borrows.
/// </summary>
/// <param name="Steps">Number of gradient steps.</param>
/// <param name="StepSize">In raw input units; by default steps that shrink linearly from 5·ε/steps towards 0.</param>
public sealed record CwLinf([property: AtLeast(1), Effort] int Steps = 10, [property: Positive] double? StepSize = null) : Attack
{
    public override string Name => "cw-linf";

    public override IReadOnlyList<Norm> Norms => [Norm.Linf];

    public override int Queries => Steps + 1;

    public override void Run(Search search)
    {
        using var points = search.AtSamples();
        SteepestAscent.Run(
            search, points, search.Towards(Losses.NegativeMargin),
            StepSize is null ? new Steps(Steps, RelativeSize: 5.0 / Steps, Decreasing: true) : new Steps(Steps, StepSize));
    }
}
