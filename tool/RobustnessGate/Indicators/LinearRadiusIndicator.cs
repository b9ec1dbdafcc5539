using RobustnessGate.Maths;

namespace RobustnessGate.Indicators;

/// <summary>
/// The distance at which the nearest class would take over if all logits were linear:
/// min over i≠t of (Z_t − Z_i) / ‖∇(Z_t − Z_i)‖_q, with q = 1 for ℓ∞, 2 for ℓ2 and ∞ for ℓ1. It does not change when
/// logits are rescaled or shifted. Negative where the sample is misclassified; undefined where all gradients are zero.
/// </summary>
internal sealed class LinearRadiusIndicator : IIndicator
{
    public IEnumerable<Quantity> Measure(Vicinity around) =>
    [
        new("linearRadius", [.. around.Points.Select(at => Radius(at.Rivals, rival => rival.Slope(Norm.Linf)))]),
        new("linearRadiusL2", [.. around.Points.Select(at => Radius(at.Rivals, rival => rival.Slope(Norm.L2)))]),
        new("linearRadiusL1", [.. around.Points.Select(at => Radius(at.Rivals, rival => rival.Slope(Norm.L1)))]),
    ];

    /// <param name="slope">The norm of a rival's gradient in which perturbations are measured.</param>
    internal static double? Radius(IReadOnlyList<Rival> rivals, Func<Rival, double> slope)
    {
        if (rivals.All(rival => slope(rival) == 0))
        {
            return null;
        }

        // A rival that no direction brings closer is infinitely far, or if it leads already, infinitely so.
        return rivals.Min(rival => slope(rival) == 0
            ? double.PositiveInfinity * Math.Sign(rival.Lead)
            : rival.Lead / slope(rival));
    }
}
