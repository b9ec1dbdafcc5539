using TorchSharp;
using static TorchSharp.torch;

namespace RobustnessGate.Kernels;

/// <summary>
/// What is right: the model in float64, or where it has none, in float32 row by row. Where an answer differs from it, the
/// reference is asked at points as near as rounding: a network of rectifiers and maxima has kinks, where the gradient
/// jumps, and rounding puts a point on either side. What the neighbours differ by is no fault; what they do not explain is.
/// </summary>
/// <param name="range">Of the inputs.</param>
internal sealed class ReferenceAnswers(Func<Tensor, Tensor> model, bool hasDouble, double range)
{
    private const int Neighbours = 6;

    /// <summary>Smallest neighbourhood, as a share of the range: several units in the last place of 1.</summary>
    private const double Nearest = 1.0 / (1 << 20);

    /// <summary>How many times larger it may be, where rounding was seen to move the logits further.</summary>
    private const double Widest = 1000;

    /// <summary>Part and error (a share of the right answer) of the greatest fault; null for none.</summary>
    /// <param name="points">(n, …) float32.</param>
    /// <param name="classes">(n, 2).</param>
    /// <param name="found">At these points.</param>
    public (string Part, double Error)? Fault(Tensor points, Tensor classes, ModelAnswers found)
    {
        using var scope = NewDisposeScope();
        var right = Right(points, classes);
        var scale = right.Logits.nan_to_num().abs().amax(1);
        var rounding = Gap(found.Logits, right.Logits, Greatest);
        var limits = new Limits(scale, range, right);
        if (limits.Exceeded(found, right, null) is null)
        {
            return null;
        }

        return limits.Exceeded(found, right, Spread(points, classes, right, rounding, scale));
    }

    /// <summary>How much the right answers change within the neighbourhood of each point.</summary>
    private Differences Spread(Tensor points, Tensor classes, ModelAnswers right, Tensor rounding, Tensor scale)
    {
        var near = Around(points, classes, right, full_like(scale, Nearest * range), 0);
        // As far as rounding is seen to move the logits, unless that is more than rounding does.
        var factor = (rounding / near.Logits.clamp_min(double.Epsilon)).clamp(1, Widest);
        var credible = rounding.le(scale * AnswerTolerance.Logits);
        var reach = where(credible, factor, ones_like(factor)) * (Nearest * range);
        var far = Around(points, classes, right, reach, Neighbours);
        return new(near.Logits, maximum(near.Margin, far.Margin), maximum(near.CrossEntropy, far.CrossEntropy));
    }

    private Differences Around(Tensor points, Tensor classes, ModelAnswers right, Tensor reach, int from)
    {
        using var scope = NewDisposeScope();
        var wide = points.to(ScalarType.Float64);
        var shape = new long[points.dim()];
        Array.Fill(shape, 1);
        shape[0] = -1;
        Differences? greatest = null;
        for (var i = 0; i < Neighbours; i++)
        {
            var moved = wide + (ProofNoise.Like(points, 100 + from + i) * reach.reshape(shape));
            var there = Right(moved.to(points.dtype == ScalarType.Float32 && !hasDouble ? ScalarType.Float32 : ScalarType.Float64), classes);
            var change = Differences.Of(there, right);
            greatest = greatest?.Greatest(change) ?? change;
        }

        return greatest!.MoveToOuterScope();
    }

    private ModelAnswers Right(Tensor points, Tensor classes) => hasDouble
        ? ModelAnswers.Of(model, points.to(ScalarType.Float64), classes)
        : ModelAnswers.RowByRow(model, points, classes);

    private static Tensor Greatest(Tensor difference) => difference.abs().amax(1);

    private static Tensor Gap(Tensor found, Tensor right, Func<Tensor, Tensor> measure) =>
        measure(where(right.isfinite(), (found - right).nan_to_num(double.MaxValue, double.MaxValue, double.MinValue), zeros_like(right)));

    /// <summary>(n) each: how far answers are from the right ones, logits by the greatest difference, gradients in ℓ1.</summary>
    private sealed record Differences(Tensor Logits, Tensor Margin, Tensor CrossEntropy)
    {
        public static Differences Of(ModelAnswers found, ModelAnswers right) => new(
            Gap(found.Logits, right.Logits, ReferenceAnswers.Greatest), Gap(found.Margin, right.Margin, Sum), Gap(found.CrossEntropy, right.CrossEntropy, Sum));

        public Differences Greatest(Differences other) =>
            new(maximum(Logits, other.Logits), maximum(Margin, other.Margin), maximum(CrossEntropy, other.CrossEntropy));

        public Differences MoveToOuterScope() =>
            new(Logits.MoveToOuterDisposeScope(), Margin.MoveToOuterDisposeScope(), CrossEntropy.MoveToOuterDisposeScope());
    }

    private static Tensor Sum(Tensor difference) => difference.abs().sum(1);

    /// <summary>How far answers may be off: a share of what is right, what the logits' own rounding allows, and what neighbours differ by.</summary>
    private sealed class Limits(Tensor scale, double range, ModelAnswers right)
    {
        public (string Part, double Error)? Exceeded(ModelAnswers found, ModelAnswers reference, Differences? spread)
        {
            var off = Differences.Of(found, reference);
            return Beyond(off.Logits, scale, scale * AnswerTolerance.Logits, spread?.Logits, KernelFault.Output)
                ?? Gradient(off.Margin, right.Margin, spread?.Margin)
                ?? Gradient(off.CrossEntropy, right.CrossEntropy, spread?.CrossEntropy);
        }

        private (string, double)? Gradient(Tensor off, Tensor gradient, Tensor? spread)
        {
            var norm = gradient.nan_to_num().abs().sum(1);
            return Beyond(off, norm, (norm * AnswerTolerance.Gradient) + (scale * (AnswerTolerance.Flat / range)), spread, KernelFault.InputGradient);
        }

        private static (string, double)? Beyond(Tensor off, Tensor norm, Tensor allowed, Tensor? spread, string part)
        {
            var limit = spread is null ? allowed : allowed + (spread * AnswerTolerance.Kinks);
            // Not "greater than": what is no number is beyond every limit.
            var beyond = off.le(limit).logical_not();
            return beyond.any().item<bool>()
                ? (part, where(beyond, off / norm.clamp_min(double.Epsilon), zeros_like(off)).amax().item<double>()) : null;
        }
    }
}
