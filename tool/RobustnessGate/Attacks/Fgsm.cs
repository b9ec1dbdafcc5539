using RobustnessGate.Attacks.Engine;
using RobustnessGate.Maths;

namespace RobustnessGate.Attacks;

/// <summary>
/// One step of size ε along the sign of the cross-entropy's gradient
/// (Goodfellow et al. 2015, "Explaining and harnessing adversarial examples", Section 4).
/// </summary>
public sealed record Fgsm : Attack
{
    public override string Name => "fgsm";

    public override IReadOnlyList<Norm> Norms => [Norm.Linf];

    public override int Queries => 2;

    public override void Run(Search search)
    {
        using var points = search.AtSamples();
        // Twice the radius: the projection stops the point at the border, of a ball as of a box that is not centred.
        SteepestAscent.Run(search, points, search.Towards(Losses.CrossEntropy), new Steps(1, RelativeSize: 2));
    }
}
