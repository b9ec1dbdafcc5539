using TorchSharp;
using static TorchSharp.torch;

namespace RobustnessGate.Indicators;

/// <summary>
/// L (Yu et al. 2018, Eq. 2) and its Jacobian, in raw input units: the first term of Eq. 9. It grows with the logits'
/// scale though no decision changes; <see cref="LinearRadiusIndicator"/> does not.
/// </summary>
internal sealed class JacobianIndicator : IIndicator
{
    /// <summary>"10e-3" of the paper's third footnote.</summary>
    private const double NearZero = 10e-3;

    public IEnumerable<Quantity> Measure(Vicinity around)
    {
        using var scope = NewDisposeScope();
        var jacobian = around.Sample.Gradient.to(ScalarType.Float64);
        var magnitudes = jacobian.abs();
        return
        [
            new("margin", around.Sample.Margin),
            new("jacobianL1", magnitudes.sum().item<double>()),
            new("jacobianL2", jacobian.norm().item<double>()),
            new("jacobianLinf", magnitudes.amax(0).item<double>()),
            new("jacobianZeroRatio", around.Exact ? Share(magnitudes) : null),
            new("jacobianZeroRatioFloat32", Share(magnitudes.to(ScalarType.Float32))),
        ];
    }

    private static double Share(Tensor magnitudes) => magnitudes.lt(NearZero).to(ScalarType.Float64).mean().item<double>();
}
