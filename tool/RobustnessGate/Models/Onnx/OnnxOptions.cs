using System.Collections.Immutable;
using RobustnessGate.Maths;

namespace RobustnessGate.Models.Onnx;

/// <param name="InputShape">Shape of one input without the batch; empty takes the file's own.</param>
/// <param name="Bounds">Range of the probe that finds out how the network takes batches.</param>
/// <param name="StraightThrough">Whether rounding and quantisation pass gradients as if they were the identity.</param>
internal sealed record OnnxOptions(ImmutableArray<int> InputShape, Bounds? Bounds = null, bool StraightThrough = false)
{
    public static OnnxOptions Default { get; } = new([]);
}
