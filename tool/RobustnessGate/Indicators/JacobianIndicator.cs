using RobustnessGate.Maths;
using TorchSharp;
using static TorchSharp.torch;

namespace RobustnessGate.Indicators;

/// <summary>
/// L (Yu et al. 2018, Eq. 2) and its Jacobian, in raw input units: the first term of Eq. 9. It grows with the logits'
/// scale though no decision changes; <see cref="LinearRadiusIndicator"/> does not.
/// </summary>
public sealed class JacobianIndicator : IIndicator
{
    /// <summary>"10e-3" of the paper's third footnote.</summary>
    private const double NearZero = 10e-3;

    public IEnumerable<(string Name, double? Value)> Measure(LocalGeometry at)
    {
        using var scope = NewDisposeScope();
        var others = Margin.Others(at.Logits.unsqueeze(0), tensor(new[] { at.Label }, device: at.Logits.device).unsqueeze(1));
        var rival = others.argmax(1).item<long>();
        var jacobian = at.Jacobian.select(0, at.Label) - at.Jacobian.select(0, rival);
        var magnitudes = jacobian.abs();
        return
        [
            ("margin", (at.Logits[at.Label] - at.Logits[rival]).to(ScalarType.Float64).item<double>()),
            ("jacobianL1", magnitudes.sum().to(ScalarType.Float64).item<double>()),
            ("jacobianL2", jacobian.norm().to(ScalarType.Float64).item<double>()),
            ("jacobianLinf", magnitudes.amax(0).to(ScalarType.Float64).item<double>()),
            ("jacobianZeroRatio", at.Exact
                ? magnitudes.lt(NearZero).to(ScalarType.Float64).mean().item<double>()
                : null),
        ];
    }
}
