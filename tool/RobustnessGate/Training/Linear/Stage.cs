using RobustnessGate.Maths;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace RobustnessGate.Training.Linear;

/// <summary>A layer that is linear between the borders where it switches; it remembers how it was switched.</summary>
internal abstract class Stage
{
    /// <summary>(N, …) → (N, …), with the graph to its weights and its input.</summary>
    public abstract Tensor Forward(Tensor x);

    /// <summary>What a small change of the last input does to the output: linear in the change, without a bias.</summary>
    public abstract Tensor Push(Tensor change);
}

/// <summary>A layer with weights.</summary>
internal abstract class AffineStage : Stage
{
    private long[] _shape = [];

    /// <summary>The last output, in the graph.</summary>
    public Tensor Output { get; private set; } = null!;

    public override Tensor Forward(Tensor x)
    {
        _shape = x.shape;
        return Output = Apply(x);
    }

    /// <summary>A gradient with respect to the last output → the one with respect to the last input. No graph.</summary>
    public Tensor Pull(Tensor gradient) => Pull(gradient, _shape);

    protected abstract Tensor Apply(Tensor x);

    protected abstract Tensor Pull(Tensor gradient, long[] shape);
}

internal sealed class ConvolutionStage(Tensor weight, Tensor bias, long stride, long padding) : AffineStage
{
    public override Tensor Push(Tensor change) => F.conv2d(change, weight, null, [stride, stride], [padding, padding]);

    protected override Tensor Apply(Tensor x) => F.conv2d(x, weight, bias, [stride, stride], [padding, padding]);

    protected override Tensor Pull(Tensor gradient, long[] shape) => ConvolutionTransposed.Of(gradient, weight, shape, stride, padding);
}

internal sealed class LinearStage(Tensor weight, Tensor bias) : AffineStage
{
    public override Tensor Push(Tensor change) => F.linear(change, weight);

    protected override Tensor Apply(Tensor x) => F.linear(x, weight, bias);

    protected override Tensor Pull(Tensor gradient, long[] shape) => gradient.matmul(weight.detach());
}

/// <param name="switched">Whether <see cref="Push"/> switches; false where the stage behind does it for both.</param>
internal sealed class RectifierStage(bool switched) : Stage
{
    private Tensor _output = null!;

    public override Tensor Forward(Tensor x) => _output = F.relu(x);

    // The sign of what is never negative is 1 where it passes.
    public override Tensor Push(Tensor change) => switched ? change * _output.detach().sign() : change;
}

/// <param name="rectified">Whether the input was: of a window without a positive entry nothing passes.</param>
internal sealed class MaximumStage(long size, bool rectified) : Stage
{
    private Tensor _output = null!;
    private Tensor _indices = null!;

    public override Tensor Forward(Tensor x)
    {
        (_output, _indices) = F.max_pool2d_with_indices(x, [size, size], [size, size]);
        return _output;
    }

    public override Tensor Push(Tensor change)
    {
        var greatest = change.flatten(2).gather(2, _indices.flatten(2)).reshape(_output.shape);
        return rectified ? greatest * _output.detach().sign() : greatest;
    }
}

internal sealed class FlatteningStage : Stage
{
    public override Tensor Forward(Tensor x) => x.flatten(1);

    public override Tensor Push(Tensor change) => change.flatten(1);
}
