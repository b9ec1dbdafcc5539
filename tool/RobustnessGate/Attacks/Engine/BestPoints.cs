using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

namespace RobustnessGate.Attacks.Engine;

/// <summary>
/// The points worth a verdict that a search has met, at most one a sample: the one with the lowest margin, or the nearest
/// one that is adversarial. Searching in float32 aims a little past the boundary, so that rounding cannot undo a success; the
/// verdict is taken later.
/// </summary>
/// <param name="samples">Number of samples searched.</param>
/// <param name="slack">How far past the boundary, as a share of the logits' magnitude.</param>
/// <param name="keepAll">Whether the lowest point of samples far from being broken is wanted too.</param>
/// <param name="nearest">Whether the nearest point that is adversarial is sought: then no search ends before its budget,</param>
/// <param name="stopsAtFirst">save where the attack by its definition ends with the first.</param>
/// <param name="room">How far outside the ball a point may lie besides, where points are rounded: see <see cref="Quantization.Room"/>.</param>
internal sealed class BestPoints(int samples, double slack, bool keepAll, bool nearest, bool stopsAtFirst = false, double room = 0)
{
    private readonly float[]?[] _points = new float[]?[samples];
    private readonly double[] _ranks = Enumerable.Repeat(double.PositiveInfinity, samples).ToArray();
    private readonly bool[] _dropped = new bool[samples];
    private readonly bool[] _close = new bool[samples];

    /// <summary>Whether the nearest point is sought.</summary>
    public bool Nearest { get; } = nearest;

    /// <summary>The stored point of a sample; null where none was worth storing.</summary>
    public float[]? Point(int sample) => _points[sample];

    /// <summary>Whether the stored point needs a verdict: it is adversarial, or is too close to call in float32.</summary>
    public bool NeedsVerdict(int sample) => _close[sample];

    /// <summary>Whether the search for this sample ended because float32 said that it was broken.</summary>
    public bool Dropped(int sample) => _dropped[sample];

    /// <summary>How many of these rows will still be robust, so that their gradient is needed.</summary>
    /// <param name="margins">(n).</param>
    /// <param name="scales">(n): greatest magnitude of the logits, here and at the sample.</param>
    public long CountRobust(Tensor margins, Tensor scales)
    {
        if (Nearest && !stopsAtFirst)
        {
            return margins.shape[0];
        }

        using var scope = NewDisposeScope();
        var margin = Floats(margins);
        var scale = Floats(scales);
        var robust = 0;
        for (var row = 0; row < margin.Length; row++)
        {
            robust += Criterion.IsSurelyAdversarial(margin[row], Criterion.Tolerance(scale[row], slack)) ? 0 : 1;
        }

        return robust;
    }

    /// <summary>Looks at one point of each robust sample, stores what matters and says which samples are broken.</summary>
    /// <param name="searched">Sample of each row.</param>
    /// <param name="points">(n, …).</param>
    /// <param name="margins">(n).</param>
    /// <param name="scales">(n): greatest magnitude of the logits, here and at the sample.</param>
    /// <param name="distances">(n): how far from the samples, where points may lie outside the ball or the nearest counts.</param>
    /// <param name="reach">Where points count.</param>
    public bool[] Judge(int[] searched, Tensor points, Tensor margins, Tensor scales, Tensor? distances, Reach reach)
    {
        using var scope = NewDisposeScope();
        var margin = Floats(margins);
        var scale = Floats(scales);
        var distance = distances is null ? default : Floats(distances);
        var broken = new bool[searched.Length];
        var farthest = reach.Farthest(room);
        ReadOnlySpan<float> values = default;
        for (var row = 0; row < searched.Length; row++)
        {
            if (!distance.IsEmpty && float.IsNaN(distance[row]))
            {
                throw NoNumber();
            }

            if (!distance.IsEmpty && distance[row] > farthest)
            {
                continue;
            }

            var sample = searched[row];
            var tolerance = Criterion.Tolerance(scale[row], slack);
            var adversarial = Criterion.IsSurelyAdversarial(margin[row], tolerance);
            var close = Criterion.MayBeAdversarial(margin[row], tolerance);
            // Where float32 tells nothing any more, the lowest point is worth a verdict, however far.
            var rank = Nearest && double.IsFinite(tolerance) ? (adversarial ? distance[row] : double.PositiveInfinity) : margin[row];
            broken[row] = adversarial && (!Nearest || stopsAtFirst);
            // A point that needs a verdict is never given up for one that does not, however low: the logits' scale differs.
            var better = rank < (close && !_close[sample] ? double.PositiveInfinity : _ranks[sample]) && (close || !_close[sample]);
            if (broken[row] || ((close || keepAll) && better))
            {
                if (values.IsEmpty)
                {
                    values = Floats(points);
                }

                Store(sample, values.Slice(row * (values.Length / searched.Length), values.Length / searched.Length), rank);
                _close[sample] = close;
                _dropped[sample] = adversarial;
            }
        }

        return broken;
    }

    private void Store(int sample, ReadOnlySpan<float> point, double rank)
    {
        // A network answers NaN by NaN, which would pass for a success.
        if (point.ContainsAnyExceptInRange(float.MinValue, float.MaxValue))
        {
            throw NoNumber();
        }

        _points[sample] = point.ToArray();
        _ranks[sample] = rank;
    }

    private static InvalidOperationException NoNumber() => new("an attack left a point that is no number");

    private static ReadOnlySpan<float> Floats(Tensor tensor) => MemoryMarshal.Cast<byte, float>(tensor.cpu().contiguous().bytes);
}
