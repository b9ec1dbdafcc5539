using RobustnessGate.Attacks.Engine;
using RobustnessGate.Maths;

namespace RobustnessGate.Attacks;

/// <summary>
/// Random points of the ball: the control. What noise alone breaks needs no attack, and a gradient attack that finds
/// no more than noise does is not working.
/// </summary>
/// <param name="Draws">Number of random points for each sample.</param>
public sealed record Noise([property: AtLeast(1), Effort] int Draws = 10) : Attack
{
    public override string Name => "noise";

    public override IReadOnlyList<Norm> Norms => [Norm.Linf, Norm.L2, Norm.L1];

    public override int Queries => Draws;

    public override void Run(Search search)
    {
        for (var draw = 0; draw < Draws && search.Any; draw++)
        {
            using var points = RandomPoints.InRegion(search, draw);
            search.Conclude(points);
        }
    }
}
