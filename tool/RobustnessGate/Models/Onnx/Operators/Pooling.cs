using static RobustnessGate.Models.Onnx.Operator;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace RobustnessGate.Models.Onnx.Operators;

/// <summary>Maxima, averages and norms over windows and over whole feature maps.</summary>
internal static class Pooling
{
    public static readonly Operator[] Table =
    [
        Op("MaxPool", 1, MaxPool) with { Refuses = node => node.HasOutput(1) ? "output Indices" : null },
        Op("AveragePool", 1, AveragePool),
        Op("LpPool", 1, LpPool),
        Op("GlobalAveragePool", 1, call => call.X.mean(Spatial(call.X), keepdim: true)),
        Op("GlobalMaxPool", 1, call => call.X.amax(Spatial(call.X), keepdim: true)),
        Op("GlobalLpPool", 2, call => Root(call, Arithmetic.Magnitude(call.X).pow(Order(call)).sum(Spatial(call.X), keepdim: true))),
    ];

    private static long[] Spatial(Tensor x) => [.. Enumerable.Range(2, (int)x.dim() - 2).Select(i => (long)i)];

    private static Value MaxPool(Call call)
    {
        var x = call.X;
        var windows = Windows.Of(call.Attributes, x.shape[2..]);
        windows.Allocate(x.shape[0], x.shape[1]);
        var padding = windows.Begin;

        // Integers pool as floats, which hold every 8-bit value; −∞ never wins.
        var values = ElementTypes.IsFloat(x.dtype) ? x : x.to_type(ScalarType.Float64);
        if (!windows.IsSymmetric || windows.Begin.Zip(windows.Kernel).Any(pair => pair.First > pair.Second / 2))
        {
            values = F.pad(values, windows.Padding(), value: double.NegativeInfinity);
            padding = new long[windows.Rank];
        }

        return Max(values, windows, padding).to_type(x.dtype);
    }

    private static Tensor Max(Tensor x, Windows windows, long[] padding) => windows.Rank switch
    {
        1 => F.max_pool1d(x, windows.Kernel[0], windows.Strides[0], padding[0], windows.Dilations[0]),
        2 => F.max_pool2d(x, windows.Kernel, windows.Strides, padding, windows.Dilations),
        3 => F.max_pool3d(x, windows.Kernel, windows.Strides, padding, windows.Dilations),
        var rank => throw new UnsupportedException($"{rank} spatial dimensions"),
    };

    private static Value AveragePool(Call call)
    {
        var x = call.X;
        var windows = Windows.Of(call.Attributes, x.shape[2..]);
        windows.Allocate(x.shape[0], x.shape[1]);
        if (!windows.HasPadding)
        {
            return windows.Dilations.All(dilation => dilation == 1)
                ? Average(x, windows)
                : Sum(x, windows) / windows.Kernel.Aggregate(1.0, (a, b) => a * b);
        }

        // How many elements each window really covers: padding counts on request, the stretch of ceil_mode never.
        var countPadding = call.Attributes.Flag("count_include_pad");
        var declared = countPadding ? Declared(call, windows) : null;
        var covered = ones([1, 1, .. x.shape[2..]], dtype: x.dtype, device: x.device);
        if (declared is not null)
        {
            covered = F.pad(covered, declared.Padding(), value: 1);
        }

        return Sum(x, windows) / Sum(covered, declared is null ? windows : Remaining(windows, declared));
    }

    private static Tensor Average(Tensor x, Windows windows) => windows.Rank switch
    {
        1 => F.avg_pool1d(x, windows.Kernel[0], windows.Strides[0]),
        2 => F.avg_pool2d(x, windows.Kernel, windows.Strides),
        3 => F.avg_pool3d(x, windows.Kernel, windows.Strides),
        var rank => throw new UnsupportedException($"{rank} spatial dimensions"),
    };

    /// <summary>The padding that the file asks for, without what ceil_mode adds.</summary>
    private static Windows Declared(Call call, Windows windows)
    {
        var pads = call.Attributes.Ints("pads") ?? new long[2 * windows.Rank];
        var automatic = call.Attributes.Text("auto_pad", "NOTSET") is not ("NOTSET" or "");
        return automatic
            ? windows
            : windows with { Begin = pads[..windows.Rank], End = pads[windows.Rank..] };
    }

    private static Windows Remaining(Windows windows, Windows declared) => windows with
    {
        Begin = [.. windows.Begin.Zip(declared.Begin, (all, some) => all - some)],
        End = [.. windows.End.Zip(declared.End, (all, some) => all - some)],
    };

    private static Value LpPool(Call call)
    {
        var windows = Windows.Of(call.Attributes, call.X.shape[2..]);
        windows.Allocate(call.X.shape[0], call.X.shape[1]);
        return Root(call, Sum(Arithmetic.Magnitude(call.X).pow(Order(call)), windows));
    }

    private static double Order(Call call) =>
        call.Node.Opset < 2 ? call.Attributes.Float("p", 2) : call.Attributes.Int("p", 2);

    private static Tensor Root(Call call, Tensor powers) => powers.pow(1 / Order(call));

    /// <summary>The sum over each window: every channel convolved with ones, which covers any padding and dilation.</summary>
    private static Tensor Sum(Tensor x, Windows windows)
    {
        var flat = x.reshape([-1, 1, .. x.shape[2..]]);
        if (windows.HasPadding)
        {
            flat = F.pad(flat, windows.Padding());
        }

        var kernel = ones([1, 1, .. windows.Kernel], dtype: x.dtype, device: x.device);
        var sums = Convolutions.Convolve(
            flat, kernel, null, windows.Strides, new long[windows.Rank], windows.Dilations, groups: 1);
        return sums.reshape([x.shape[0], x.shape[1], .. sums.shape[2..]]);
    }
}
