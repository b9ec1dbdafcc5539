using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

namespace RobustnessGate.Evaluation;

/// <summary>
/// The points worth a verdict that a pursuit has met, at most one a sample: the one with the lowest goal. Searching in
/// float32 aims a little past the boundary, so that rounding cannot undo a success; the verdict is taken later.
/// </summary>
/// <param name="samples">Number of samples hunted.</param>
/// <param name="slack">How far past the boundary, as a share of the logits' magnitude.</param>
/// <param name="keepAll">Whether the lowest point of samples far from falling is wanted too.</param>
internal sealed class Evidence(int samples, double slack, bool keepAll)
{
    /// <summary>Several times what float32 rounding was seen to move a margin by.</summary>
    public const double DefaultSlack = 1e-5;

    private readonly float[]?[] _points = new float[]?[samples];
    private readonly double[] _goals = Enumerable.Repeat(double.PositiveInfinity, samples).ToArray();
    private readonly bool[] _dropped = new bool[samples];
    private readonly bool[] _close = new bool[samples];

    /// <summary>The stored point of a sample; null where none was worth storing.</summary>
    public float[]? Point(int sample) => _points[sample];

    /// <summary>Whether the stored point needs a verdict: it fell, or is too close to call in float32.</summary>
    public bool NeedsVerdict(int sample) => _close[sample];

    /// <summary>Whether the search for this sample ended because float32 said that it fell.</summary>
    public bool Dropped(int sample) => _dropped[sample];

    /// <summary>Whether all of these rows fall clearly, so that no gradient is needed any more.</summary>
    public bool AllFall(Tensor goals, Tensor scales)
    {
        using var scope = NewDisposeScope();
        return goals.gt(scales.add(1).mul(-slack)).logical_not().all().item<bool>();
    }

    /// <summary>Looks at one point of each standing sample, stores what matters and says which samples fall.</summary>
    /// <param name="standing">Sample of each row.</param>
    /// <param name="points">(n, …).</param>
    /// <param name="goals">(n).</param>
    /// <param name="scales">(n): greatest magnitude of the logits.</param>
    public bool[] Judge(int[] standing, Tensor points, Tensor goals, Tensor scales)
    {
        using var scope = NewDisposeScope();
        var goal = Floats(goals);
        var scale = Floats(scales);
        var fallen = new bool[standing.Length];
        ReadOnlySpan<float> values = default;
        for (var row = 0; row < standing.Length; row++)
        {
            var sample = standing[row];
            var margin = slack * (1 + scale[row]);
            fallen[row] = !(goal[row] > -margin);
            var close = !(goal[row] > margin);
            if (fallen[row] || ((close || keepAll) && goal[row] < _goals[sample]))
            {
                if (values.IsEmpty)
                {
                    values = Floats(points);
                }

                var size = values.Length / standing.Length;
                _points[sample] = values.Slice(row * size, size).ToArray();
                _goals[sample] = goal[row];
                _close[sample] = close;
                _dropped[sample] = fallen[row];
            }
        }

        return fallen;
    }

    private static ReadOnlySpan<float> Floats(Tensor tensor) => MemoryMarshal.Cast<byte, float>(tensor.cpu().contiguous().bytes);
}
