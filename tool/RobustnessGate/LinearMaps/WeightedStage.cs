using RobustnessGate.Kernels;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace RobustnessGate.LinearMaps;

/// <summary>A layer whose weights multiply its input.</summary>
internal abstract class WeightedStage : PullingStage
{
    /// <summary>The last output, in the graph.</summary>
    public Tensor Output { get; private set; } = null!;

    public override Tensor Forward(Tensor x) => Output = base.Forward(x);
}

internal sealed class ConvolutionStage(Tensor weight, Tensor? bias, long stride, long padding) : WeightedStage
{
    private ConvolutionGeometry Geometry => new([stride, stride], [padding, padding], [1, 1], Groups: 1);

    public override Tensor Push(Tensor change) => Convolution.Of(change, weight, null, Geometry);

    protected override Tensor Apply(Tensor x) => Convolution.Of(x, weight, bias, Geometry);

    protected override Tensor Pull(Tensor gradient, long[] shape) => ConvolutionTransposed.Of(gradient, weight, shape, stride, padding);
}

/// <param name="weight">(outputs, inputs), or the other way round.</param>
/// <param name="transposed">Whether it is the other way round.</param>
internal sealed class LinearStage(Tensor weight, Tensor? bias, bool transposed = false) : WeightedStage
{
    private Tensor Matrix => transposed ? weight.t() : weight;

    public override Tensor Push(Tensor change) => F.linear(change, Matrix);

    protected override Tensor Apply(Tensor x) => F.linear(x, Matrix, bias);

    protected override Tensor Pull(Tensor gradient, long[] shape) => gradient.matmul(Matrix.detach());
}
