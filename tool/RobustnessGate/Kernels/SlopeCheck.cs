using TorchSharp;
using static TorchSharp.torch;

namespace RobustnessGate.Kernels;

/// <summary>
/// Whether gradients are the slope of the outputs: central differences along random directions, for models that have no
/// float64 to compare with. Coarse, because float32 outputs are; and silent where the outputs have no slope at this scale.
/// </summary>
internal static class SlopeCheck
{
    private const int Directions = 4;

    /// <summary>Rows with a slope from which a median can be taken.</summary>
    private const int Enough = 4;

    /// <summary>Of the range. Rounding of the outputs is divided by it, and curvature multiplied.</summary>
    private const double Step = 1.0 / 512;

    /// <summary>Of the logits' magnitude: what float32 may round a difference by.</summary>
    private const double Rounding = 1.0 / (1 << 19);

    /// <summary>Share of a gradient's ℓ2 norm that the median row may be off.</summary>
    private const double Tolerance = 0.15;

    /// <param name="points">(n, …) float32.</param>
    /// <param name="classes">(n, 2): of the margin.</param>
    /// <param name="found">At these points.</param>
    /// <param name="range">Of the inputs.</param>
    public static (string Part, double Error)? Fault(Func<Tensor, Tensor> model, Tensor points, Tensor classes, ModelAnswers found, double range)
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        var norm = found.Margin.norm(1);
        var scale = found.Logits.abs().amax(1);
        // A gradient of zero leads nowhere, which the check of gradients tells: rows without a slope are left out.
        var steep = norm.gt(scale * (AnswerTolerance.Flat / range)).logical_and(norm.isfinite()).nonzero().flatten();
        if (steep.numel() < Math.Min(Enough, norm.numel()))
        {
            return null;
        }

        var (off, unsteady) = (zeros_like(norm), zeros_like(norm));
        for (var i = 0; i < Directions; i++)
        {
            var direction = ProofNoise.Like(points, 500 + i).sign();
            var predicted = (found.Margin * direction.flatten(1)).sum(1);
            var (wide, narrow) = (Slope(direction, Step * range), Slope(direction, Step * range / 2));
            off = off + (wide - predicted).square();
            unsteady = unsteady + (wide - narrow).square();
        }

        var error = (off / Directions).sqrt() / norm;
        var excused = ((unsteady / Directions).sqrt() * 3 / norm) + (scale * (Rounding / (Step * range)) / norm);
        var beyond = (error - excused).index_select(0, steep).median().item<double>();
        return beyond > Tolerance ? (KernelFault.InputGradient, error.index_select(0, steep).median().item<double>()) : null;

        Tensor Slope(Tensor direction, double step)
        {
            var there = Margin(points + (direction * step).to(ScalarType.Float32));
            var back = Margin(points - (direction * step).to(ScalarType.Float32));
            return (there - back) / (2 * step);
        }

        Tensor Margin(Tensor at)
        {
            var pair = model(at).to(ScalarType.Float64).gather(1, classes);
            return pair.select(1, 0) - pair.select(1, 1);
        }
    }
}
