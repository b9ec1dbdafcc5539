using static TorchSharp.torch;

namespace RobustnessGate.Kernels;

/// <summary>How the windows of a convolution lie, one number a spatial dimension each.</summary>
/// <param name="Strides">Steps of the window.</param>
/// <param name="Padding">Zeros around the input, the same at both ends.</param>
/// <param name="Dilations">Steps between the elements of a window.</param>
/// <param name="Groups">Into how many the channels are divided.</param>
/// <param name="Transposed">Whether it is the transposed of a convolution.</param>
/// <param name="OutputPadding">Of a transposed one: what its output has besides at the end; empty for none.</param>
internal sealed record ConvolutionGeometry(
    long[] Strides, long[] Padding, long[] Dilations, long Groups, bool Transposed = false, long[]? OutputPadding = null)
{
    public int Rank => Strides.Length;

    public long[] Extra => OutputPadding ?? new long[Strides.Length];

    public string Operation => $"conv{(Transposed ? "_transpose" : "")}{Rank}d";

    /// <summary>Equal for calls that the library computes in the same way.</summary>
    public string Describe(Tensor x, Tensor weight) =>
        $"{string.Join('×', x.shape)} with {string.Join('×', weight.shape)}"
        + $", stride {string.Join(',', Strides)}, padding {string.Join(',', Padding)}"
        + (Dilations.All(dilation => dilation == 1) ? "" : $", dilation {string.Join(',', Dilations)}")
        + (Groups == 1 ? "" : $", {Groups} groups")
        + (Extra.All(extra => extra == 0) ? "" : $", output padding {string.Join(',', Extra)}");
}
