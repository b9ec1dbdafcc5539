using RobustnessGate.Attacks.Engine;
using RobustnessGate.Maths;

namespace RobustnessGate.Attacks;

/// <summary>
/// Auto-PGD on the difference-of-logits ratio (Croce and Hein 2020, Eq. 6), which no rescaling of the logits can blunt.
/// </summary>
/// <param name="Iterations">Number of gradient steps of each run.</param>
/// <param name="Restarts">Number of runs; samples that were broken are not run again.</param>
public sealed record ApgdDlr([property: AtLeast(1), Effort] int Iterations = 100, [property: AtLeast(1), Effort] int Restarts = 1) : Attack
{
    public override string Name => "apgd-dlr";

    public override IReadOnlyList<Norm> Norms => [Norm.Linf, Norm.L2];

    public override int Queries => Restarts * (Iterations + 1);

    public override void Run(Search search)
    {
        for (var run = 0; run < Restarts && search.Any; run++)
        {
            Apgd.Run(search, search.Towards(Losses.Dlr), Iterations, run);
        }
    }
}
