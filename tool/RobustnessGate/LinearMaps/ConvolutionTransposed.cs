using RobustnessGate.Kernels;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace RobustnessGate.LinearMaps;

/// <summary>The transposed of a two-dimensional convolution: what leads a gradient from its output to its input.</summary>
internal static class ConvolutionTransposed
{
    /// <summary>
    /// Channels up to which an input is thin: images. The usual kernels compute as many channels at once as a register
    /// holds, and leave most of it empty here. In float64 they go another way, which is the faster one.
    /// </summary>
    private const int Thin = 4;

    /// <summary>A gradient with respect to the output → the one with respect to the input. No graph.</summary>
    /// <param name="gradient">(N, M, H′, W′).</param>
    /// <param name="weight">(M, C/groups, k, l).</param>
    /// <param name="shape">Of the input, (N, C, H, W).</param>
    /// <param name="geometry">Of the convolution itself.</param>
    public static Tensor Of(Tensor gradient, Tensor weight, long[] shape, ConvolutionGeometry geometry)
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        var side = Side(weight, shape, geometry);
        var result = side > 1
            ? InBlocks(gradient, weight, side, geometry.Padding[0])
            : Convolution.Of(gradient, weight, null, geometry with { Transposed = true, OutputPadding = [.. Enumerable.Range(0, 2).Select(i => Beyond(i))] });
        return result.MoveToOuterDisposeScope();

        // Rows and columns that no window reached.
        long Beyond(int i) => shape[i + 2] - (((gradient.shape[i + 2] - 1) * geometry.Strides[i]) - (2 * geometry.Padding[i])
            + (geometry.Dilations[i] * (weight.shape[i + 2] - 1)) + 1);
    }

    /// <summary>Side of the blocks of pixels to compute at once; 1 where that does not apply.</summary>
    private static int Side(Tensor weight, long[] shape, ConvolutionGeometry geometry)
    {
        var plain = geometry.Groups == 1 && geometry.Strides.Concat(geometry.Dilations).All(step => step == 1)
            && weight.shape[2] == weight.shape[3] && geometry.Padding[0] == geometry.Padding[1] && geometry.Padding[0] < weight.shape[2];
        return plain && weight.shape[1] <= Thin && weight.dtype == ScalarType.Float32
            ? new[] { 4, 2 }.FirstOrDefault(side => shape[2] % side == 0 && shape[3] % side == 0, 1)
            : 1;
    }

    /// <summary>
    /// Each block of s×s pixels of a thin input as so many channels of one pixel: a convolution of stride s, whose
    /// kernels are the flipped one at every place within the block.
    /// </summary>
    private static Tensor InBlocks(Tensor gradient, Tensor weight, int side, long padding)
    {
        var size = weight.shape[2];
        var flipped = weight.flip(2, 3).transpose(0, 1);
        var places = Enumerable.Range(0, side * side).Select(i => F.pad(
            flipped, [i % side, side - 1 - (i % side), i / side, side - 1 - (i / side)]));
        var kernels = stack([.. places], 1).flatten(0, 1);
        var blocks = Convolution.Of(
            gradient, kernels, null, new([side, side], [size - 1 - padding, size - 1 - padding], [1, 1], Groups: 1));
        return F.pixel_shuffle(blocks, side);
    }
}
