using static TorchSharp.torch;

namespace RobustnessGate.Models.Onnx;

/// <summary>A layer of a sequential network, as <see cref="OnnxWriter"/> writes it.</summary>
internal abstract record OnnxLayer
{
    /// <param name="Weight">(M, C/groups, kH, kW).</param>
    /// <param name="Bias">(M).</param>
    public sealed record Conv2d(Tensor Weight, Tensor? Bias = null, int Stride = 1, int Padding = 0, int Groups = 1) : OnnxLayer;

    /// <param name="Weight">(out, in), as torch keeps it.</param>
    /// <param name="Bias">(out).</param>
    public sealed record Linear(Tensor Weight, Tensor? Bias = null) : OnnxLayer;

    /// <summary>Inference: (x − mean) / √(variance + ε) · weight + bias, each (C).</summary>
    public sealed record BatchNorm(Tensor Weight, Tensor Bias, Tensor Mean, Tensor Variance, double Epsilon = 1e-5) : OnnxLayer;

    public sealed record MaxPool2d(int Kernel, int Stride) : OnnxLayer;

    public sealed record AvgPool2d(int Kernel, int Stride) : OnnxLayer;

    public sealed record GlobalAvgPool2d : OnnxLayer;

    public sealed record Relu : OnnxLayer;

    /// <summary>x · Φ(x), written with Erf, which opset 17 has.</summary>
    public sealed record Gelu : OnnxLayer;

    /// <summary>x · σ(x).</summary>
    public sealed record Silu : OnnxLayer;

    /// <summary>The sum of two ways from the same value; no layers are the value itself.</summary>
    public sealed record Residual(IReadOnlyList<OnnxLayer> Body, IReadOnlyList<OnnxLayer> Shortcut) : OnnxLayer;

    public sealed record Softplus : OnnxLayer;

    public sealed record Flatten : OnnxLayer;
}
