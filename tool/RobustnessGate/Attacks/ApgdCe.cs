using RobustnessGate.Attacks.Engine;
using RobustnessGate.Maths;

namespace RobustnessGate.Attacks;

/// <summary>Auto-PGD on cross-entropy (Croce and Hein 2020, Section 3).</summary>
/// <param name="Iterations">Number of gradient steps of each run.</param>
/// <param name="Restarts">Number of runs; samples that were broken are not run again.</param>
public sealed record ApgdCe([property: AtLeast(1), Effort] int Iterations = 100, [property: AtLeast(1), Effort] int Restarts = 1) : Attack
{
    public override string Name => "apgd-ce";

    public override IReadOnlyList<Norm> Norms => [Norm.Linf, Norm.L2];

    public override int Queries => Restarts * (Iterations + 1);

    public override void Run(Search search)
    {
        for (var run = 0; run < Restarts && search.Any; run++)
        {
            Apgd.Run(search, search.Towards(Losses.CrossEntropy), Iterations, run);
        }
    }
}
