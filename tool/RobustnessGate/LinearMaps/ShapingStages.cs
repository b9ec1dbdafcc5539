using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace RobustnessGate.LinearMaps;

/// <summary>(N, …) → (N, features).</summary>
/// <param name="features">−1 for as many as there are.</param>
internal sealed class FlatteningStage(long features = -1) : UnaryStage
{
    protected override Tensor Apply(Tensor x) => features < 0 ? x.flatten(1) : x.reshape(-1, features);

    protected override Tensor Push(Tensor change) => Apply(change);

    protected override Tensor PullBack(Tensor gradient) => gradient.reshape(ShapeFor(gradient));
}

/// <summary>(N, C, H, W) → (N, C, 1, 1) or (N, C): the mean of each plane.</summary>
internal sealed class GlobalAverageStage(bool flat = false) : UnaryStage
{
    protected override Tensor Apply(Tensor x) => x.mean([2, 3], keepdim: !flat);

    protected override Tensor Push(Tensor change) => Apply(change);

    protected override Tensor PullBack(Tensor gradient)
    {
        var shape = ShapeFor(gradient);
        return (gradient / (shape[2] * shape[3])).reshape(shape[0], shape[1], 1, 1).expand(shape);
    }
}

/// <summary>The mean of each window, without padding.</summary>
internal sealed class AverageStage(long[] kernel, long[] strides) : UnaryStage
{
    protected override Tensor Apply(Tensor x) => F.avg_pool2d(x, kernel, strides);

    protected override Tensor Push(Tensor change) => Apply(change);

    protected override Tensor PullBack(Tensor gradient) => Transposed(gradient);
}

/// <summary>Adds numbers: a bias that stands alone, or the mean of a preprocessing.</summary>
internal sealed class ShiftingStage(Tensor offset) : UnaryStage
{
    protected override Tensor Apply(Tensor x) => x + offset;

    // One value to which several are added gives several.
    protected override Tensor Push(Tensor change) => change.expand([change.shape[0], .. Output.shape[1..]]);

    protected override Tensor PullBack(Tensor gradient) => Narrowed(gradient, Input);
}

/// <summary>Multiplies by numbers that are not trained.</summary>
internal sealed class ScalingStage(Tensor factor) : UnaryStage
{
    protected override Tensor Apply(Tensor x) => x * factor;

    protected override Tensor Push(Tensor change) => change * factor;

    protected override Tensor PullBack(Tensor gradient) => Narrowed(gradient * factor, Input);
}

/// <summary>Adds two values: where a residual branch ends.</summary>
internal sealed class SumStage : Stage
{
    public override Tensor Push(Tensor[] changes) => changes[0] + changes[1];

    public override Tensor[] Pull(Tensor gradient) => [Narrowed(gradient, Inputs[0]), Narrowed(gradient, Inputs[1])];

    protected override Tensor Apply(Tensor[] inputs) => inputs[0] + inputs[1];
}
