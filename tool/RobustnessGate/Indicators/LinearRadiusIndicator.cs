using TorchSharp;
using static TorchSharp.torch;

namespace RobustnessGate.Indicators;

/// <summary>
/// The ℓ∞ distance at which the nearest class would take over if all logits were linear:
/// min over i≠t of (Z_t − Z_i) / ‖∇(Z_t − Z_i)‖₁. It does not change when logits are rescaled or shifted. Negative
/// where the sample is misclassified; undefined where all gradients are zero.
/// </summary>
public sealed class LinearRadiusIndicator : IIndicator
{
    public IEnumerable<(string Name, double? Value)> Measure(LocalGeometry at)
    {
        using var scope = NewDisposeScope();
        var leads = (at.Logits[at.Label] - at.Logits).to(ScalarType.Float64).cpu().data<double>().ToArray();
        var slopes = (at.Jacobian.select(0, at.Label) - at.Jacobian).abs().sum(1).to(ScalarType.Float64).cpu().data<double>().ToArray();
        var rivals = Enumerable.Range(0, leads.Length).Where(i => i != at.Label).ToArray();
        if (rivals.All(i => slopes[i] == 0))
        {
            return [("linearRadius", null)];
        }

        // A rival that no direction brings closer is infinitely far, or if it leads already, infinitely so.
        var radius = rivals.Min(i => slopes[i] == 0 ? double.PositiveInfinity * Math.Sign(leads[i]) : leads[i] / slopes[i]);
        return [("linearRadius", radius)];
    }
}
