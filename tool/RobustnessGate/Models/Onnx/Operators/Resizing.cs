using static RobustnessGate.Models.Onnx.Operator;
using static TorchSharp.torch;

namespace RobustnessGate.Models.Onnx.Operators;

/// <summary>
/// Resize and Upsample. Every mode is separable: one matrix of weights (out × in) a dimension, built in managed code, so
/// that the operator is linear in its input and differentiable to any order.
/// </summary>
internal static class Resizing
{
    public static readonly Operator[] Table =
    [
        Op("Upsample", 7, call => Upsample(call, call.Attributes.Floats("scales") ?? throw new UnsupportedException("scales are missing"))),
        Op("Upsample", 9, call => Upsample(call, call.Numbers(1))),
        Op("Resize", 10, call => Upsample(call, call.Numbers(1))),
        Op("Resize", 11, call => Resize(call)) with { Refuses = RefuseResize },
    ];

    private static string? RefuseResize(OnnxNode node) =>
        node.Attributes.Flag("antialias") && node.Attributes.Text("mode", "nearest") == "nearest" ? "antialias with nearest"
        : node.Attributes.Text("mode", "nearest") is not ("nearest" or "linear" or "cubic") ? $"mode = {node.Attributes.Text("mode", "")}"
        : null;

    /// <summary>Before opset 11: coordinates shrink by the scale, and nearest rounds down.</summary>
    private static Tensor Upsample(Call call, double[] scales)
    {
        var x = call.X;
        var sampling = new Sampling(call.Attributes.Text("mode", "nearest"), "asymmetric", "floor", -0.75, false, false, 0);
        for (var axis = 0; axis < Math.Min(scales.Length, (int)x.dim()); axis++)
        {
            var output = Scaled(x.shape[axis], scales[axis]);
            x = Along(x, axis, new ResizedAxis(x.shape[axis], output, scales[axis], 0, 1), sampling);
        }

        return x;
    }

    private static Tensor Resize(Call call)
    {
        var x = call.X;
        var rank = (int)x.dim();
        var axes = call.Attributes.Ints("axes") is { } listed ? Call.Axes(listed, rank) : [.. Enumerable.Range(0, rank)];
        var regions = call.Attributes.Text("coordinate_transformation_mode", "half_pixel") == "tf_crop_and_resize" && call.Has(1) ? call.Numbers(1) : null;
        var targets = Targets(call, x.shape, axes);
        var sampling = Sampling.Of(call.Attributes);
        for (var i = 0; i < axes.Length; i++)
        {
            var (start, end) = regions is null ? (0.0, 1.0) : (regions[i], regions[i + axes.Length]);
            var (output, scale) = targets[i];
            if (output != x.shape[axes[i]] || scale != 1 || regions is not null)
            {
                x = Along(x, axes[i], new ResizedAxis(x.shape[axes[i]], output, scale, start, end), sampling);
            }
        }

        return x;
    }

    /// <summary>Output size and scale of each axis, from scales or from sizes.</summary>
    private static (long Output, double Scale)[] Targets(Call call, long[] shape, int[] axes)
    {
        var scales = call.Has(2) ? call.Numbers(2) : [];
        if (scales.Length > 0)
        {
            return scales.Length == axes.Length
                ? [.. axes.Select((axis, i) => (Scaled(shape[axis], scales[i]), scales[i]))]
                : throw new UnsupportedException($"{scales.Length} scales for {axes.Length} axes");
        }

        var sizes = call.Has(3) ? call.Integers(3) : [];
        if (sizes.Length != axes.Length)
        {
            throw new UnsupportedException($"{sizes.Length} sizes for {axes.Length} axes");
        }

        var ratios = axes.Select((axis, i) => (double)sizes[i] / shape[axis]).ToArray();
        double? shared = call.Attributes.Text("keep_aspect_ratio_policy", "stretch") switch
        {
            "not_larger" => ratios.Min(),
            "not_smaller" => ratios.Max(),
            "stretch" => null,
            var policy => throw new UnsupportedException($"keep_aspect_ratio_policy {policy}"),
        };
        return [.. axes.Select((axis, i) => shared is { } scale
            ? ((long)Math.Floor((scale * shape[axis]) + 0.5), scale)
            : (sizes[i], ratios[i]))];
    }

    /// <summary>In float32, in which scales are stored: 10 · 0.7f is 7 there, and a little less in float64.</summary>
    private static long Scaled(long size, double scale) => (long)MathF.Floor(size * (float)scale);

    private static Tensor Along(Tensor x, int axis, ResizedAxis resized, Sampling sampling)
    {
        var (input, output) = (resized.Input, resized.Output);
        Call.Allocate([.. x.shape[..axis], output, .. x.shape[(axis + 1)..]]);
        Call.Allocate(output, input);
        if (input == 0 || output == 0)
        {
            throw new UnsupportedException($"{input} elements resized to {output}");
        }

        var (weights, outside) = sampling.Weights(resized);
        var matrix = tensor(weights, [output, input], dtype: ElementTypes.IsFloat(x.dtype) ? x.dtype : ScalarType.Float64, device: x.device);
        var moved = x.to_type(matrix.dtype).transpose(axis, -1);
        var result = MatrixProducts.Multiply(moved, matrix.t());
        if (outside.Contains(1))
        {
            result = result + tensor(outside, dtype: matrix.dtype, device: x.device) * sampling.Extrapolation;
        }

        return result.transpose(axis, -1).to_type(x.dtype);
    }
}
