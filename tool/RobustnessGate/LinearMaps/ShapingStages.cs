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
    public override Field? Sees(Field inputs) => inputs.Through(kernel, strides, [0, 0], [1, 1]);

    protected override Tensor Apply(Tensor x) => F.avg_pool2d(x, kernel, strides);

    protected override Tensor Push(Tensor change) => Apply(change);

    protected override Tensor PullBack(Tensor gradient)
    {
        if (!kernel.AsSpan().SequenceEqual(strides))
        {
            return Transposed(gradient);
        }

        // Windows side by side: each gradient to all of its window, and none to a border that no window reaches.
        var (shape, (rows, columns)) = (ShapeFor(gradient), (gradient.shape[2], gradient.shape[3]));
        var spread = (gradient / (kernel[0] * kernel[1])).reshape(shape[0], shape[1], rows, 1, columns, 1)
            .expand(shape[0], shape[1], rows, kernel[0], columns, kernel[1]).reshape(shape[0], shape[1], rows * kernel[0], columns * kernel[1]);
        var (below, beside) = (shape[2] - spread.shape[2], shape[3] - spread.shape[3]);
        return below == 0 && beside == 0 ? spread : F.pad(spread, [0, beside, 0, below]);
    }
}

/// <summary>Adds numbers: a bias that stands alone, or the mean of a preprocessing.</summary>
internal sealed class ShiftingStage(Tensor offset) : UnaryStage
{
    public override Field? Sees(Field inputs) => inputs;

    protected override Tensor Apply(Tensor x) => x + offset;

    // One value to which several are added gives several.
    protected override Tensor Push(Tensor change) => change.expand([change.shape[0], .. Output.shape[1..]]);

    protected override Tensor PullBack(Tensor gradient) => Narrowed(gradient, Input);
}

/// <summary>Multiplies by numbers that are not trained.</summary>
internal sealed class ScalingStage(Tensor factor) : UnaryStage
{
    public override Field? Sees(Field inputs) => inputs;

    protected override Tensor Apply(Tensor x) => x * factor;

    protected override Tensor Push(Tensor change) => change * factor;

    protected override Tensor PullBack(Tensor gradient) => Narrowed(gradient * factor, Input);
}

/// <summary>Adds two values: where a residual branch ends.</summary>
internal sealed class SumStage : Stage
{
    public override Tensor Push(Tensor[] changes) => changes[0] + changes[1];

    public override Tensor[] Pull(Tensor gradient) => [Narrowed(gradient, Inputs[0]), Narrowed(gradient, Inputs[1])];

    public override Field? Sees(Field inputs) => inputs;

    protected override Tensor Apply(Tensor[] inputs) => inputs[0] + inputs[1];
}
