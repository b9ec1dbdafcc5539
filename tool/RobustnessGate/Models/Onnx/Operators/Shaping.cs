using static RobustnessGate.Models.Onnx.Operator;
using static TorchSharp.torch;

namespace RobustnessGate.Models.Onnx.Operators;

/// <summary>Rearrangements that move elements without changing them.</summary>
internal static class Shaping
{
    public static readonly Operator[] Table =
    [
        Op("Identity", 1, call => call.Input(0)),
        Ops("Dropout", 1, Dropout) with { Refuses = node => node.HasOutput(1) && node.Opset < 7 ? "output mask" : null },
        Op("Flatten", 1, call => Flatten(call)),
        Op("Reshape", 5, call => Reshape(call)),
        Op("Transpose", 1, call => Transpose(call)),
        Op("Concat", 4, call => Concat(call)),
    ];

    /// <summary>At inference nothing is dropped.</summary>
    private static Value[] Dropout(Call call) => call.Node.HasOutput(1)
        ? [call.X, ones(call.X.shape, dtype: call.Node.Opset < 10 ? call.X.dtype : ScalarType.Bool, device: call.X.device)]
        : [call.X];

    private static Tensor Flatten(Call call)
    {
        var x = call.X;
        var axis = call.Attributes.Int("axis", 1);
        axis = axis == x.dim() ? axis : Call.Axis(axis, x.dim());
        var rows = x.shape[..(int)axis].Aggregate(1L, (a, b) => a * b);
        var columns = x.shape[(int)axis..].Aggregate(1L, (a, b) => a * b);
        return x.reshape(rows, columns);
    }

    /// <summary>0 copies the input's dimension (unless allowzero), −1 takes what is left.</summary>
    private static Tensor Reshape(Call call)
    {
        var x = call.X;
        var shape = (long[])call.Integers(1).Clone();
        if (!call.Attributes.Flag("allowzero"))
        {
            for (var i = 0; i < shape.Length; i++)
            {
                shape[i] = shape[i] != 0 ? shape[i]
                    : i < x.dim() ? x.shape[i]
                    : throw new UnsupportedException($"dimension {i} copied from an input with {x.dim()} dimensions");
            }
        }

        // A file made for one sample at a time says 1 where the batch is meant.
        if (call.Mode.Batch is { } batch && shape is [1, ..])
        {
            shape[0] = batch;
        }

        return x.reshape(shape);
    }

    private static Tensor Transpose(Call call)
    {
        var rank = (int)call.X.dim();
        return call.X.permute(call.Attributes.Ints("perm") ?? [.. Enumerable.Range(0, rank).Reverse().Select(i => (long)i)]);
    }

    private static Tensor Concat(Call call)
    {
        var parts = call.Tensors();
        var axis = Call.Axis(call.Attributes.Int("axis", 1), parts[0].dim());
        if (call.Mode.Batch is { } batch && axis > 0)
        {
            // A constant part, such as a class token, stands once for the single sample of the file.
            parts = [.. parts.Select(part => part.shape[0] == 1 && batch > 1 ? part.expand([batch, .. part.shape[1..]]) : part)];
        }

        return cat(parts, axis);
    }
}
