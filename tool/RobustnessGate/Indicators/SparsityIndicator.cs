using TorchSharp;
using static TorchSharp.torch;

namespace RobustnessGate.Indicators;

/// <summary>
/// How few features the Jacobian of L rests on, whatever its scale. Yu et al. 2018 count entries below an absolute
/// threshold instead, which rescaling the logits changes.
/// </summary>
internal sealed class SparsityIndicator : IIndicator
{
    /// <summary>Entries below this share of the greatest count as nearly zero.</summary>
    private const double NearZero = 0.01;

    public IEnumerable<Quantity> Measure(Vicinity around)
    {
        using var scope = NewDisposeScope();
        var all = around.Points.Select(at => Of(at.Gradient)).ToArray();
        return
        [
            new("jacobianHoyer", [.. all.Select(found => found?.Hoyer)]),
            new("jacobianParticipationRatio", [.. all.Select(found => found?.Participation)]),
            new("jacobianNearZeroRatio", [.. all.Select(found => found?.NearZero)]),
        ];
    }

    /// <summary>
    /// Hoyer 2004: (√d − ‖J‖₁/‖J‖₂) / (√d − 1), 0 where all entries are alike and 1 where there is one.
    /// Participation: ‖J‖₁² / (d ‖J‖₂²), the share of features that take part.
    /// </summary>
    private static (double? Hoyer, double Participation, double NearZero)? Of(Tensor gradient)
    {
        using var scope = NewDisposeScope();
        // By the greatest entry first: squares of tiny gradients would vanish.
        var magnitudes = gradient.to(ScalarType.Float64).abs();
        var greatest = magnitudes.amax(0).item<double>();
        if (!(greatest > 0) || !double.IsFinite(greatest))
        {
            return null;
        }

        var relative = magnitudes / greatest;
        var d = (double)gradient.shape[0];
        var ratio = relative.sum().item<double>() / relative.norm().item<double>();
        return (
            d > 1 ? (Math.Sqrt(d) - ratio) / (Math.Sqrt(d) - 1) : null,
            ratio * ratio / d,
            relative.lt(NearZero).to(ScalarType.Float64).mean().item<double>());
    }
}
