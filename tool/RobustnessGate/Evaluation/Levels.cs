using RobustnessGate.Maths;
using RobustnessGate.Policies;
using TorchSharp;
using static TorchSharp.torch;

namespace RobustnessGate.Evaluation;

/// <summary>
/// The values that the features of a stored image can have: 2^bits levels between its bounds. Points are looked at and
/// judged after rounding to them, as a deployment would see them; the gradient there moves the point before rounding.
/// </summary>
/// <param name="Low">Value of the lowest level, of one feature each or of all.</param>
/// <param name="Step">From one level to the next.</param>
internal sealed record Levels(Tensor Low, Tensor Step)
{
    /// <summary>Of a level: how far off one float32 may put a value that lies on it.</summary>
    private const double Rounding = 1e-3;

    /// <param name="input">With bounds.</param>
    /// <param name="bits">Of each feature.</param>
    /// <param name="device">Where the points are.</param>
    public static Levels Of(InputSection input, int bits, Device device)
    {
        using var scope = NewDisposeScope();
        var bounds = Enumerable.Range(0, input.Size).Select(feature => input.BoundsOf(feature)!.Value).ToArray();
        long[] shape = [1, .. input.Shape.Select(size => (long)size)];
        var low = tensor(bounds.Select(b => (float)b.Low).ToArray(), device: device).reshape(shape);
        var step = tensor(bounds.Select(b => (float)(b.Range / ((1L << bits) - 1))).ToArray(), device: device).reshape(shape);
        return new Levels(low.MoveToOuterDisposeScope(), step.MoveToOuterDisposeScope());
    }

    /// <summary>
    /// How far outside a ball in ℓ∞ a level may lie and count as on its surface: 8/255 is eight steps, which float32 adds
    /// up to a little more or less. 0 without levels, and in other norms, where the whole point is measured.
    /// </summary>
    public static double Room(InputSection input, int? bits, Norm norm) => bits is not { } given || norm != Norm.Linf
        ? 0 : Rounding * Enumerable.Range(0, input.Size).Max(feature => input.BoundsOf(feature)!.Value.Range) / ((1L << given) - 1);

    /// <summary>
    /// (n, …): the points on the nearest levels. Where those lie outside the ball, the levels on the samples' side: of
    /// the feature in ℓ∞, of the whole point in other norms. Features that stay on their level stay as they are.
    /// </summary>
    public Tensor Nearest(Tensor points, Region region, Tensor clean)
    {
        using var scope = NewDisposeScope();
        var (at, from) = ((points - Low) / Step, (clean - Low) / Step);
        var nearest = Value(at.round(), from, clean);
        var inward = Value(where(at.gt(from), (at + Rounding).floor(), where(at.lt(from), (at - Rounding).ceil(), at.round())), from, clean);
        var outside = region.Norm == Norm.Linf
            ? nearest.lt(region.Low - (Step * Rounding)).logical_or(nearest.gt(region.High + (Step * Rounding)))
            : Lp.PerRow(Lp.Of(nearest - clean, region.Norm).gt(region.Epsilon * (1 + 1e-6)), nearest);
        return where(outside, inward, nearest).MoveToOuterDisposeScope();
    }

    private Tensor Value(Tensor level, Tensor from, Tensor clean)
    {
        using var scope = NewDisposeScope();
        return where((level - from).abs().lt(Rounding), clean, Low + (level * Step)).MoveToOuterDisposeScope();
    }
}
