using RobustnessGate.Attacks.Engine;
using RobustnessGate.Maths;

namespace RobustnessGate.Attacks;

/// <summary>
/// Auto-PGD on the targeted difference-of-logits ratio (Croce and Hein 2020, Eq. 7), towards one likely wrong class
/// after the other. Where the policy names a target, it climbs the ratio of that class alone (Eq. 6 with its sign turned):
/// success there is the target, not any class but the true one.
/// </summary>
/// <param name="Iterations">Number of gradient steps towards each class.</param>
/// <param name="Targets">How many classes are aimed at, in the order of the clean logits.</param>
public sealed record ApgdT([property: AtLeast(1), Effort] int Iterations = 100, [property: AtLeast(1), Effort] int Targets = 9) : Attack
{
    /// <summary>Starts of other members of an ensemble, which count from 0, are not drawn again.</summary>
    private const int FirstRun = 100;

    public override string Name => "apgd-t";

    public override IReadOnlyList<Norm> Norms => [Norm.Linf, Norm.L2];

    public override int Queries => Targets * (Iterations + 1);

    public override void Run(Search search)
    {
        if (search.Targeted)
        {
            Apgd.Run(search, search.Towards(Losses.Dlr), Iterations, run: 0);
            return;
        }

        using var rivals = new Rivals(search, Targets);
        for (var rank = 0; rank < rivals.Count && search.Any; rank++)
        {
            rivals.Choose(rank);
            Apgd.Run(
                search, (logits, slice) => Losses.TargetedDlr(logits, slice.Of(search.Classes), slice.Of(rivals.Chosen)),
                Iterations, run: FirstRun + rank);
        }
    }
}
