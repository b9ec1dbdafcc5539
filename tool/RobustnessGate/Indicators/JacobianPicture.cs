using RobustnessGate.Facts;
using TorchSharp;
using static TorchSharp.torch;

namespace RobustnessGate.Indicators;

/// <summary>Makes a picture of a Jacobian, normalised to 0 … 255 as in the paper.</summary>
internal static class JacobianPicture
{
    /// <summary>Bytes of all pictures together.</summary>
    private const long MostBytes = 1 << 16;

    private const int MostPictures = 8;

    /// <summary>How many samples get a picture.</summary>
    public static int Count(long features) => (int)Math.Min(MostPictures, MostBytes / Math.Max(1, features));

    /// <summary>One picture: 0 for the least entry, 255 for the greatest, rounded.</summary>
    /// <param name="sample">Number of the sample.</param>
    /// <param name="shape">Of one input.</param>
    /// <param name="gradient">∂L/∂x of that shape, or with a batch of 1 before it.</param>
    public static JacobianImage Of(int sample, IReadOnlyList<int> shape, Tensor gradient)
    {
        using var scope = NewDisposeScope();
        var values = gradient.to(ScalarType.Float64).cpu().data<double>().ToArray();
        var (low, high) = (values.Min(), values.Max());
        var range = high > low ? high - low : 1;
        return new(sample, [.. shape], low, high, [.. values.Select(value => (byte)Math.Round(255 * (value - low) / range))]);
    }
}
