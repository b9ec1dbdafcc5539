using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace RobustnessGate.Kernels;

/// <summary>One way of computing a convolution; all ways give the same up to rounding, differentiably.</summary>
/// <param name="x">(N, C, …).</param>
/// <param name="weight">(M, C/groups, …), or (C, M/groups, …) of a transposed convolution.</param>
/// <param name="bias">(M), or null.</param>
/// <returns>(N, M, …).</returns>
internal delegate Tensor ConvolutionKernel(Tensor x, Tensor weight, Tensor? bias, ConvolutionGeometry geometry);

/// <summary>The ways of computing a convolution, and what they are for.</summary>
internal static class ConvolutionKernels
{
    /// <summary>
    /// Vendor libraries compute with blocks of up to so many channels. Some leave undefined values in what a block has beyond
    /// the channels that there are, and take them along into gradients.
    /// </summary>
    private const long Block = 16;

    /// <summary>What stands for the library: a test puts one here that is wrong.</summary>
    internal static ConvolutionKernel Library { get; set; } = Native;

    /// <summary>As the library computes it.</summary>
    /// <exception cref="NotSupportedException">Not 1 to 3 spatial dimensions.</exception>
    public static Tensor Direct(Tensor x, Tensor weight, Tensor? bias, ConvolutionGeometry g) => Library(x, weight, bias, g);

    /// <inheritdoc cref="Direct"/>
    internal static Tensor Native(Tensor x, Tensor weight, Tensor? bias, ConvolutionGeometry g) => (g.Transposed, g.Rank) switch
    {
        (false, 1) => F.conv1d(x, weight, bias, g.Strides[0], g.Padding[0], g.Dilations[0], g.Groups),
        (false, 2) => F.conv2d(x, weight, bias, g.Strides, g.Padding, g.Dilations, g.Groups),
        (false, 3) => F.conv3d(x, weight, bias, g.Strides, g.Padding, g.Dilations, g.Groups),
        (true, 1) => F.conv_transpose1d(x, weight, bias, g.Strides[0], g.Padding[0], g.Extra[0], g.Dilations[0], g.Groups),
        (true, 2) => F.conv_transpose2d(x, weight, bias, g.Strides, g.Padding, g.Extra, g.Dilations, g.Groups),
        (true, 3) => F.conv_transpose3d(x, weight, bias, g.Strides, g.Padding, g.Extra, g.Dilations, g.Groups),
        _ => throw new NotSupportedException($"{g.Rank} spatial dimensions"),
    };

    /// <summary>
    /// With whole blocks of channels where the gradient with respect to the input comes from: zero weights give the
    /// output more channels, which are cut off; a transposed convolution, whose forward pass is such a gradient, gets
    /// more channels of zeros to read.
    /// </summary>
    public static Tensor WholeBlocks(Tensor x, Tensor weight, Tensor? bias, ConvolutionGeometry g)
    {
        if (g.Transposed)
        {
            return Direct(InBlocks(x, 1, g.Groups), InBlocks(weight, 0, g.Groups), bias, g);
        }

        var wide = Direct(x, InBlocks(weight, 0, g.Groups), bias is null ? null : InBlocks(bias, 0, g.Groups), g);
        var channels = weight.shape[0] / g.Groups;
        return wide.shape[1] == weight.shape[0] ? wide
            : g.Groups == 1 ? wide.narrow(1, 0, channels)
            : wide.unflatten(1, [g.Groups, wide.shape[1] / g.Groups]).narrow(2, 0, channels).flatten(1, 2);
    }

    /// <summary>As a product of matrices: windows become columns. One or two spatial dimensions; three as <see cref="Direct"/>.</summary>
    public static Tensor MatrixProduct(Tensor x, Tensor weight, Tensor? bias, ConvolutionGeometry g)
    {
        if (g.Rank == 1)
        {
            var flat = g with { Strides = [1, .. g.Strides], Padding = [0, .. g.Padding], Dilations = [1, .. g.Dilations], OutputPadding = [0, .. g.Extra] };
            return MatrixProduct(x.unsqueeze(2), weight.unsqueeze(2), bias, flat).squeeze(2);
        }

        if (g.Rank != 2)
        {
            return Direct(x, weight, bias, g);
        }

        var result = g.Transposed ? Folded(x, weight, g) : Unfolded(x, weight, g);
        return bias is null ? result : result + bias.reshape(1, -1, 1, 1);
    }

    /// <summary>Whether <see cref="WholeBlocks"/> changes anything. Not with one channel a group, which has kernels of its own and would become 16 times as large.</summary>
    public static bool LeavesBlocksHalfEmpty(Tensor weight, ConvolutionGeometry g) =>
        weight.shape[0] / g.Groups is var channels && channels % Block != 0 && (channels > 1 || g.Groups == 1);

    private static Tensor Unfolded(Tensor x, Tensor weight, ConvolutionGeometry g)
    {
        var kernel = weight.shape[2..];
        var columns = F.unfold(x, Pair(kernel), Pair(g.Dilations), Pair(g.Padding), Pair(g.Strides));
        var grouped = columns.reshape(x.shape[0], g.Groups, -1, columns.shape[2]);
        var rows = weight.reshape(1, g.Groups, weight.shape[0] / g.Groups, -1);
        return rows.matmul(grouped).reshape([x.shape[0], weight.shape[0], .. Enumerable.Range(0, 2).Select(i =>
            ((x.shape[i + 2] + (2 * g.Padding[i]) - (g.Dilations[i] * (kernel[i] - 1)) - 1) / g.Strides[i]) + 1)]);
    }

    private static Tensor Folded(Tensor x, Tensor weight, ConvolutionGeometry g)
    {
        var kernel = weight.shape[2..];
        var rows = weight.reshape(1, g.Groups, weight.shape[0] / g.Groups, -1).transpose(2, 3);
        var columns = rows.matmul(x.reshape(x.shape[0], g.Groups, x.shape[1] / g.Groups, -1)).flatten(1, 2);
        long[] size = [.. Enumerable.Range(0, 2).Select(i =>
            ((x.shape[i + 2] - 1) * g.Strides[i]) - (2 * g.Padding[i]) + (g.Dilations[i] * (kernel[i] - 1)) + g.Extra[i] + 1)];
        return F.fold(columns, Pair(size), Pair(kernel), Pair(g.Dilations), Pair(g.Padding), Pair(g.Strides));
    }

    private static (long, long) Pair(long[] values) => (values[0], values[1]);

    /// <summary>A tensor whose dimension of channels is filled up with zeros, group by group, to whole blocks.</summary>
    private static Tensor InBlocks(Tensor tensor, int dimension, long groups)
    {
        var channels = tensor.shape[dimension] / groups;
        var missing = (Block - (channels % Block)) % Block;
        if (missing == 0)
        {
            return tensor;
        }

        var split = tensor.unflatten(dimension, [groups, channels]);
        var shape = split.shape;
        shape[dimension + 1] = missing;
        return cat([split, zeros(shape, dtype: tensor.dtype, device: tensor.device)], dimension + 1).flatten(dimension, dimension + 1);
    }
}
