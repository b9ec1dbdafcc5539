using RobustnessGate.Kernels;
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
        windows.Allocate(x.shape[0], Math.Max(x.shape[1], weight.shape[0]));
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
        Computed(x, weight, bias, new(strides, padding, dilations, groups));

    /// <summary>The engine computes the whole result; output_padding, pads and output_shape then extend or crop it.</summary>
    private static Value ConvTranspose(Call call)
    {
        var (x, weight) = (call.X, call.Tensor(1));
        var rank = (int)x.dim() - 2;
        var strides = call.Attributes.Ints("strides") ?? Windows.Ones(rank);
        var dilations = call.Attributes.Ints("dilations") ?? Windows.Ones(rank);
        var extra = call.Attributes.Ints("output_padding") ?? new long[rank];
        Validate(x, weight, strides, dilations, extra, call.Attributes.Int("group", 1));
        var (begin, end) = TransposedPads(call, x.shape[2..], weight.shape[2..], strides, dilations, extra);
        Call.Allocate([x.shape[0], weight.shape[1] * call.Attributes.Int("group", 1), .. Enumerable.Range(0, rank).Select(i =>
            ((x.shape[i + 2] - 1) * strides[i]) + ((weight.shape[i + 2] - 1) * dilations[i]) + 1)]);
        var whole = Computed(x, weight, null, new(strides, new long[rank], dilations, call.Attributes.Int("group", 1), Transposed: true));

        // Negative padding crops; the bias comes last, so that elements that no window reaches get it too.
        long[] change = [.. Enumerable.Range(0, rank).Reverse().SelectMany(i => new[] { -begin[i], extra[i] - end[i] })];
        var result = change.All(value => value == 0) ? whole : F.pad(whole, change);
        return call.Optional(2) is { } bias ? result + bias.reshape([1, -1, .. Windows.Ones(rank)]) : result;
    }

    /// <summary>What does not fit here would end the process inside the engine.</summary>
    private static void Validate(Tensor x, Tensor weight, long[] strides, long[] dilations, long[] extra, long groups)
    {
        var rank = x.dim() - 2;
        if (weight.dim() != x.dim() || strides.Length != rank || dilations.Length != rank || extra.Length != rank
            || strides.Concat(dilations).Any(value => value is < 1 or > int.MaxValue) || extra.Any(value => value is < 0 or > int.MaxValue)
            || groups < 1 || weight.shape[0] != x.shape[1] || x.shape[1] % groups != 0)
        {
            throw new ArgumentException(
                $"weights [{string.Join(", ", weight.shape)}], strides, dilations, output_padding or group do not fit an input of [{string.Join(", ", x.shape)}]");
        }
    }

    private static Tensor Computed(Tensor x, Tensor weight, Tensor? bias, ConvolutionGeometry geometry) => geometry.Rank is >= 1 and <= 3
        ? Convolution.Of(x, weight, bias, geometry)
        : throw new UnsupportedException($"{geometry.Rank} spatial dimensions");

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
            return pads is null ? (new long[rank], new long[rank])
                : pads.Length == 2 * rank ? (pads[..rank], pads[rank..])
                : throw new ArgumentException($"{pads.Length} pads for {rank} spatial dimensions");
        }

        var (begin, end) = (new long[rank], new long[rank]);
        for (var i = 0; i < rank; i++)
        {
            var output = wanted is null ? size[i] * strides[i] : wanted.Length == rank ? wanted[i] : throw new ArgumentException("output_shape does not fit");
            var total = strides[i] * (size[i] - 1) + extra[i] + (kernel[i] - 1) * dilations[i] + 1 - output;
            // An output greater than the windows reach grows at the end.
            begin[i] = Math.Max(0, mode == "SAME_UPPER" ? total / 2 : total - total / 2);
            end[i] = total - begin[i];
        }

        return (begin, end);
    }
}
