using static RobustnessGate.Models.Onnx.Operator;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace RobustnessGate.Models.Onnx.Operators;

/// <summary>Conv and ConvTranspose over 1 to 3 spatial dimensions.</summary>
internal static class Convolutions
{
    public static readonly Operator[] Table =
    [
        Op("Conv", 1, Conv),
        Op("ConvTranspose", 1, ConvTranspose),
    ];

    private static Value Conv(Call call)
    {
        var (x, weight) = (call.X, call.Tensor(1));
        var windows = Windows.Of(call.Attributes, x.shape[2..], weight.shape[2..]);
        Call.Allocate([x.shape[0], weight.shape[0], .. windows.Output]);
        var padding = windows.Begin;
        if (!windows.IsSymmetric)
        {
            x = F.pad(x, windows.Padding());
            padding = new long[windows.Rank];
        }

        return Convolve(x, weight, call.Optional(2), windows.Strides, padding, windows.Dilations, call.Attributes.Int("group", 1));
    }

    /// <summary>(N, C, …) with (M, C/groups, …) → (N, M, …).</summary>
    public static Tensor Convolve(
        Tensor x, Tensor weight, Tensor? bias, long[] strides, long[] padding, long[] dilations, long groups) =>
        strides.Length switch
        {
            1 => F.conv1d(x, weight, bias, strides[0], padding[0], dilations[0], groups),
            2 => F.conv2d(x, weight, bias, strides, padding, dilations, groups),
            3 => F.conv3d(x, weight, bias, strides, padding, dilations, groups),
            var rank => throw new UnsupportedException($"{rank} spatial dimensions"),
        };

    /// <summary>The engine computes the whole result; output_padding, pads and output_shape then extend or crop it.</summary>
    private static Value ConvTranspose(Call call)
    {
        var (x, weight) = (call.X, call.Tensor(1));
        var rank = (int)x.dim() - 2;
        var strides = call.Attributes.Ints("strides") ?? Windows.Ones(rank);
        var dilations = call.Attributes.Ints("dilations") ?? Windows.Ones(rank);
        var extra = call.Attributes.Ints("output_padding") ?? new long[rank];
        var (begin, end) = TransposedPads(call, x.shape[2..], weight.shape[2..], strides, dilations, extra);
        Call.Allocate([x.shape[0], weight.shape[1], .. x.shape[2..].Zip(strides, (size, stride) => size * stride)]);
        var whole = Transposed(x, weight, strides, dilations, call.Attributes.Int("group", 1));

        // Negative padding crops; the bias comes last, so that elements that no window reaches get it too.
        long[] change = [.. Enumerable.Range(0, rank).Reverse().SelectMany(i => new[] { -begin[i], extra[i] - end[i] })];
        var result = change.All(value => value == 0) ? whole : F.pad(whole, change);
        return call.Optional(2) is { } bias ? result + bias.reshape([1, -1, .. Windows.Ones(rank)]) : result;
    }

    private static Tensor Transposed(Tensor x, Tensor weight, long[] strides, long[] dilations, long groups) =>
        strides.Length switch
        {
            1 => F.conv_transpose1d(x, weight, null, strides[0], 0, 0, dilations[0], groups),
            2 => F.conv_transpose2d(x, weight, null, strides, [0, 0], [0, 0], dilations, groups),
            3 => F.conv_transpose3d(x, weight, null, strides, [0, 0, 0], [0, 0, 0], dilations, groups),
            var rank => throw new UnsupportedException($"{rank} spatial dimensions"),
        };

    private static (long[] Begin, long[] End) TransposedPads(
        Call call, long[] size, long[] kernel, long[] strides, long[] dilations, long[] extra)
    {
        var rank = size.Length;
        var mode = call.Attributes.Text("auto_pad", "NOTSET");
        var wanted = call.Attributes.Ints("output_shape");
        wanted = wanted?.Length == rank + 2 ? wanted[2..] : wanted;
        if (wanted is null && mode is "NOTSET" or "VALID" or "")
        {
            var pads = mode == "VALID" ? null : call.Attributes.Ints("pads");
            return pads is null ? (new long[rank], new long[rank]) : (pads[..rank], pads[rank..]);
        }

        var (begin, end) = (new long[rank], new long[rank]);
        for (var i = 0; i < rank; i++)
        {
            var output = wanted?[i] ?? size[i] * strides[i];
            var total = strides[i] * (size[i] - 1) + extra[i] + (kernel[i] - 1) * dilations[i] + 1 - output;
            // An output greater than the windows reach grows at the end.
            begin[i] = Math.Max(0, mode == "SAME_UPPER" ? total / 2 : total - total / 2);
            end[i] = total - begin[i];
        }

        return (begin, end);
    }
}
