using RobustnessGate.Kernels;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace RobustnessGate.LinearMaps;

/// <summary>A layer whose weights multiply its input.</summary>
internal abstract class WeightedStage : UnaryStage
{
    public override bool Weighted => true;

    public override Tensor Share(Tensor[] changes, Tensor pushed, Tensor gradient) => Dot(pushed, gradient);
}

internal sealed class ConvolutionStage(Tensor weight, Tensor? bias, ConvolutionGeometry geometry) : WeightedStage
{
    protected override Tensor Apply(Tensor x) => Convolution.Of(x, weight, bias, geometry);

    protected override Tensor Push(Tensor change) => Convolution.Of(change, weight, null, geometry);

    protected override Tensor PullBack(Tensor gradient) => ConvolutionTransposed.Of(gradient, weight, ShapeFor(gradient), geometry);
}

/// <param name="weight">(outputs, inputs), or the other way round.</param>
/// <param name="transposed">Whether it is the other way round.</param>
internal sealed class LinearStage(Tensor weight, Tensor? bias, bool transposed = false) : WeightedStage
{
    private Tensor Matrix => transposed ? weight.t() : weight;

    protected override Tensor Apply(Tensor x) => F.linear(x, Matrix, bias);

    protected override Tensor Push(Tensor change) => F.linear(change, Matrix);

    protected override Tensor PullBack(Tensor gradient) => gradient.matmul(Matrix.detach());
}
