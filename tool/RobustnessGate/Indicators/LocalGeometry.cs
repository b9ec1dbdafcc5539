using static TorchSharp.torch;

namespace RobustnessGate.Indicators;

/// <summary>The network around one sample, in float64 where the format allows it.</summary>
/// <param name="Logits">(K).</param>
/// <param name="Jacobian">(K, d): ∂Z/∂x in raw input units.</param>
/// <param name="Label">t, the true class.</param>
/// <param name="Exact">Whether this is float64: shares of exact zeros mean nothing in float32.</param>
/// <param name="FullHessian">(d, d) of cross-entropy; null where the network is piecewise linear and J gives all of it.</param>
public sealed record LocalGeometry(Tensor Logits, Tensor Jacobian, long Label, bool Exact, Func<Tensor>? FullHessian)
{
    public int Classes => (int)Logits.shape[0];

    /// <summary>d: number of features of the input.</summary>
    public long Dimension => Jacobian.shape[1];
}

/// <summary>Quantities of a sample's surroundings. A new indicator is one file and one line in <see cref="IndicatorCatalog"/>.</summary>
public interface IIndicator
{
    /// <summary>Names and values; null where a quantity is undefined there.</summary>
    IEnumerable<(string Name, double? Value)> Measure(LocalGeometry at);
}

/// <summary>All indicators of an evaluation.</summary>
public static class IndicatorCatalog
{
    public static readonly IIndicator[] All = [new JacobianIndicator(), new LinearRadiusIndicator()];
}
