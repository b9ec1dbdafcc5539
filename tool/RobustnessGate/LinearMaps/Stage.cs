using static TorchSharp.torch;

namespace RobustnessGate.LinearMaps;

/// <summary>
/// A layer that is linear between the borders where it switches. It remembers how its last input switched it, so it
/// belongs to one pass at a time.
/// </summary>
internal abstract class Stage
{
    /// <summary>(N, …) → (N, …), with the graph to its weights and its input.</summary>
    public abstract Tensor Forward(Tensor x);

    /// <summary>What a small change of the last input does to the output: linear in the change.</summary>
    public abstract Tensor Push(Tensor change);
}

/// <summary>A layer that can lead a gradient back by itself, without autograd.</summary>
internal abstract class PullingStage : Stage
{
    private long[] _shape = [];

    public override Tensor Forward(Tensor x)
    {
        _shape = x.shape;
        return Apply(x);
    }

    /// <summary>A gradient with respect to the last output → the one with respect to the last input. No graph.</summary>
    public Tensor Pull(Tensor gradient) => Pull(gradient, _shape);

    protected abstract Tensor Apply(Tensor x);

    protected abstract Tensor Pull(Tensor gradient, long[] shape);
}

/// <summary>(N, …) → (N, features).</summary>
/// <param name="features">−1 for as many as there are.</param>
internal sealed class FlatteningStage(long features = -1) : PullingStage
{
    public override Tensor Push(Tensor change) => Apply(change);

    protected override Tensor Apply(Tensor x) => features < 0 ? x.flatten(1) : x.reshape(-1, features);

    protected override Tensor Pull(Tensor gradient, long[] shape) => gradient.reshape(shape);
}

/// <summary>(N, C, H, W) → (N, C, 1, 1): the mean of each plane.</summary>
internal sealed class GlobalAverageStage : PullingStage
{
    public override Tensor Push(Tensor change) => Apply(change);

    protected override Tensor Apply(Tensor x) => x.mean([2, 3], keepdim: true);

    protected override Tensor Pull(Tensor gradient, long[] shape) => (gradient / (shape[2] * shape[3])).expand(shape);
}

/// <summary>Adds numbers: a bias that stands alone, or the mean of a preprocessing.</summary>
internal sealed class ShiftingStage(Tensor offset) : PullingStage
{
    private long[] _output = [];

    // One value to which several are added gives several.
    public override Tensor Push(Tensor change) => change.expand(_output);

    protected override Tensor Apply(Tensor x)
    {
        var sum = x + offset;
        _output = sum.shape;
        return sum;
    }

    /// <remarks>Asked of the preprocessing alone, which adds to each feature one number.</remarks>
    protected override Tensor Pull(Tensor gradient, long[] shape) => gradient;
}

/// <summary>Multiplies by numbers that are not trained.</summary>
internal sealed class ScalingStage(Tensor factor) : PullingStage
{
    public override Tensor Push(Tensor change) => change * factor;

    protected override Tensor Apply(Tensor x) => x * factor;

    protected override Tensor Pull(Tensor gradient, long[] shape) => gradient * factor;
}
