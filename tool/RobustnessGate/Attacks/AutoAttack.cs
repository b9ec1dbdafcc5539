using RobustnessGate.Attacks.Engine;
using RobustnessGate.Maths;

namespace RobustnessGate.Attacks;

/// <summary>
/// The standard ensemble: Auto-PGD on cross-entropy, targeted Auto-PGD and targeted FAB with nine classes each, Square
/// with 5,000 queries, each on the samples that the earlier ones left robust
/// (Croce and Hein 2020, "Reliable evaluation of adversarial robustness", Section 6; protocol "standard").
/// </summary>
public sealed record AutoAttack : Attack
{
    /// <summary>Who searches, in this order.</summary>
    internal static readonly Attack[] Members = [new ApgdCe(), new ApgdT(), new FabT(), new Square()];

    public override string Name => "autoattack";

    public override IReadOnlyList<Norm> Norms => [Norm.Linf, Norm.L2];

    public override int Queries => Members.Sum(member => member.Queries);

    public override void Run(Search search)
    {
        foreach (var member in Members)
        {
            if (search.Any)
            {
                member.Run(search);
            }
        }
    }
}
