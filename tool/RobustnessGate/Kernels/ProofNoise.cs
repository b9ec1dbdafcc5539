using static TorchSharp.torch;

namespace RobustnessGate.Kernels;

/// <summary>Noise that is the same every time and draws nothing from the library's generator.</summary>
internal static class ProofNoise
{
    /// <summary>(N, …) float64 in (−1, 1), without visible order: fractional parts of multiples of the golden ratio, mixed.</summary>
    public static Tensor Like(Tensor shaped, int number)
    {
        using var scope = NewDisposeScope();
        var index = arange(shaped.numel(), dtype: ScalarType.Float64, device: shaped.device).add_(1 + (number * 7919));
        var mixed = index.mul_(0.6180339887498949).frac_().mul_(977.0).sin_().mul_(43758.5453).frac_();
        return mixed.reshape(shaped.shape).MoveToOuterDisposeScope();
    }
}
