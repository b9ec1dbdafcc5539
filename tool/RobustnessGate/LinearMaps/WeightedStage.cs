using RobustnessGate.Kernels;
using RobustnessGate.Maths;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace RobustnessGate.LinearMaps;

/// <summary>A layer whose weights multiply its input.</summary>
internal abstract class WeightedStage(Tensor weight) : UnaryStage
{
    protected Tensor Weight { get; } = weight;

    public override bool Weighted => true;

    /// <remarks>Taken here and not through a product of the two, which would read and write both once more.</remarks>
    public override Tensor Share(Tensor[] changes, Tensor pushed, Tensor gradient, Tensor[] beside) =>
        Weight.requires_grad ? Dot(Weight, InputGradient.Through(pushed, [Weight], gradient)[0]) : Weight.sum();
}

internal sealed class ConvolutionStage(Tensor weight, Tensor? bias, ConvolutionGeometry geometry) : WeightedStage(weight)
{
    public override Field? Sees(Field inputs) => inputs.Through(Weight.shape[2..], geometry.Strides, geometry.Padding, geometry.Dilations);

    protected override Tensor Apply(Tensor x) => Convolution.Of(x, Weight, bias, geometry);

    protected override Tensor Push(Tensor change) => Convolution.Of(change, Weight, null, geometry);

    protected override Tensor PullBack(Tensor gradient) => ConvolutionTransposed.Of(gradient, Weight, ShapeFor(gradient), geometry);
}

/// <param name="weight">(outputs, inputs), or the other way round.</param>
/// <param name="transposed">Whether it is the other way round.</param>
internal sealed class LinearStage(Tensor weight, Tensor? bias, bool transposed = false) : WeightedStage(weight)
{
    private Tensor Matrix => transposed ? Weight.t() : Weight;

    protected override Tensor Apply(Tensor x) => F.linear(x, Matrix, bias);

    protected override Tensor Push(Tensor change) => F.linear(change, Matrix);

    protected override Tensor PullBack(Tensor gradient) => gradient.matmul(Matrix.detach());
}
