using RobustnessGate.Maths;
using TorchSharp;
using static TorchSharp.torch;

namespace RobustnessGate.Attacks.Engine;

/// <summary>
/// The values that the features of a stored image can have: 2^bits levels between its bounds. Points are looked at and
/// judged after rounding to them, as a deployment would see them; the gradient there moves the point before rounding.
/// </summary>
/// <param name="Low">Value of the lowest level, of one feature each or of all.</param>
/// <param name="Step">From one level to the next.</param>
internal sealed record Quantization(Tensor Low, Tensor Step)
{
    /// <summary>Of a level: how far off one float32 may put a value that lies on it.</summary>
    private const double Rounding = 1e-3;

    /// <param name="features">Bounds of each feature in C order.</param>
    /// <param name="sample">Shape of one input.</param>
    /// <param name="bits">Of each feature.</param>
    /// <param name="device">Where the points are.</param>
    public static Quantization Of(IEnumerable<Bounds> features, IEnumerable<int> sample, int bits, Device device)
    {
        using var scope = NewDisposeScope();
        var bounds = features.ToArray();
        long[] shape = [1, .. sample.Select(size => (long)size)];
        var low = tensor(bounds.Select(b => (float)b.Low).ToArray(), device: device).reshape(shape);
        var step = tensor(bounds.Select(b => (float)(b.Range / ((1L << bits) - 1))).ToArray(), device: device).reshape(shape);
        return new Quantization(low.MoveToOuterDisposeScope(), step.MoveToOuterDisposeScope());
    }

    /// <summary>
    /// How far outside a ball in ℓ∞ a level may lie and count as on its surface: 8/255 is eight steps, which float32 adds
    /// up to a little more or less. 0 without levels, and in other norms, where the whole point is measured.
    /// </summary>
    public static double Room(IEnumerable<Bounds> features, int? bits, Norm norm) => bits is not { } given || norm != Norm.Linf
        ? 0 : Rounding * features.Max(bounds => bounds.Range) / ((1L << given) - 1);

    /// <summary>
    /// (n, …): the points on levels, within the ball where the points are. In ℓ∞ every feature goes to its nearest level,
    /// or to the one on the sample's side where that lies outside. In ℓ2 and ℓ1 all go to the sample's side first, and then
    /// as many as the point's own distance pays for go on to the next level, those that are nearest to it first: were
    /// every feature rounded by itself, a small perturbation of many features would be none. Features that stay on their
    /// level stay as they are.
    /// </summary>
    public Tensor Nearest(Tensor points, Reach reach, Tensor clean)
    {
        using var scope = NewDisposeScope();
        var (at, from) = ((points - Low) / Step, (clean - Low) / Step);
        var nearest = Value(at.round(), from, clean);
        if (reach.Norm == Norm.L0)
        {
            return nearest.MoveToOuterDisposeScope();
        }

        var inward = Value(where(at.gt(from), (at + Rounding).floor(), where(at.lt(from), (at - Rounding).ceil(), at.round())), from, clean);
        if (reach.Norm == Norm.Linf)
        {
            var outside = nearest.lt(reach.Low - (Step * Rounding)).logical_or(nearest.gt(reach.High + (Step * Rounding)));
            return where(outside, inward, nearest).MoveToOuterDisposeScope();
        }

        var outward = Value(where(at.gt(from), (at - Rounding).ceil(), where(at.lt(from), (at + Rounding).floor(), at.round())), from, clean);
        return where(Affordable(points, inward, outward, clean, reach.Norm), outward, inward).MoveToOuterDisposeScope();
    }

    /// <summary>(n, …) bool: features that may go outward such that the whole point is no farther from the sample than before.</summary>
    private Tensor Affordable(Tensor points, Tensor inward, Tensor outward, Tensor clean, Norm norm)
    {
        using var scope = NewDisposeScope();
        Tensor Cost(Tensor some)
        {
            var away = (some - clean).to(ScalarType.Float64).flatten(1);
            return norm == Norm.L2 ? away.square() : away.abs();
        }

        var held = Cost(inward);
        var spare = (Cost(points) - held).sum(1, keepdim: true);
        var share = ((points - inward).abs() / Step).flatten(1);
        // Those that stay where they are pay nothing.
        var price = Cost(outward) - held;
        var order = sort(share, 1, descending: true, stable: true).indices;
        var paid = price.gather(1, order).cumsum(1).le(spare);
        return zeros_like(paid).scatter(1, order, paid).reshape(points.shape).MoveToOuterDisposeScope();
    }

    private Tensor Value(Tensor level, Tensor from, Tensor clean)
    {
        using var scope = NewDisposeScope();
        return where((level - from).abs().lt(Rounding), clean, Low + (level * Step)).MoveToOuterDisposeScope();
    }
}
