using static RobustnessGate.Models.Onnx.Operator;
using static TorchSharp.torch;

namespace RobustnessGate.Models.Onnx.Operators;

/// <summary>Rearrangements that move elements without changing them.</summary>
internal static class Shaping
{
    public static readonly Operator[] Table =
    [
        Op("Identity", 1, call => call.Input(0)),
        Ops("Dropout", 1, Dropout) with { Refuses = node => node.Opset < 7 && node.HasOutput(1) ? "output mask" : null },
        Op("Flatten", 1, call => Flatten(call)),
        Op("Reshape", 1, call => Reshape(call, call.Attributes.Ints("shape") ?? throw new UnsupportedException("shape is missing"))),
        Op("Reshape", 5, call => Reshape(call, call.Integers(1))),
        Op("Transpose", 1, call => Transpose(call)),
        Op("Concat", 1, call => Concat(call)),
        Op("Squeeze", 1, call => Squeeze(call.X, call.Attributes.Ints("axes"))),
        Op("Squeeze", 13, call => Squeeze(call.X, call.OptionalIntegers(1))),
        Op("Unsqueeze", 1, call => Unsqueeze(call.X, call.Attributes.Ints("axes") ?? [])),
        Op("Unsqueeze", 13, call => Unsqueeze(call.X, call.Integers(1))),
        Op("Expand", 8, call => Expand(call)),
        Op("Tile", 6, call => Tile(call)),
        Ops("Split", 2, call => Split(call, call.Attributes.Ints("split"))),
        Ops("Split", 13, call => Split(call, call.OptionalIntegers(1))),
        Op("DepthToSpace", 1, call => DepthToSpace(call)),
        Op("SpaceToDepth", 1, call => SpaceToDepth(call)),
    ];

    /// <summary>At inference nothing is dropped.</summary>
    private static Value[] Dropout(Call call)
    {
        if (call.OptionalIntegers(2) is [not 0] && !(call.Has(1) && call.Scalar(1) == 0))
        {
            throw new UnsupportedException("in training mode; export the model in evaluation mode");
        }

        var mask = call.Node.Opset < 10 ? call.X.dtype : ScalarType.Bool;
        return call.Node.HasOutput(1) ? [call.X, ones(call.X.shape, dtype: mask, device: call.X.device)] : [call.X];
    }

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
    private static Tensor Reshape(Call call, long[] wanted)
    {
        var x = call.X;
        var shape = (long[])wanted.Clone();
        if (!call.Attributes.Flag("allowzero"))
        {
            for (var i = 0; i < shape.Length; i++)
            {
                shape[i] = shape[i] != 0 ? shape[i]
                    : i < x.dim() ? x.shape[i]
                    : throw new UnsupportedException($"dimension {i} copied from an input with {x.dim()} dimensions");
            }
        }

        return x.reshape(Patched(shape, call.Mode));
    }

    /// <summary>A file made for one sample at a time says 1 where the batch is meant.</summary>
    private static long[] Patched(long[] shape, RunMode mode) =>
        mode.Batch is { } batch && shape is [1, .. var rest] ? [batch, .. rest] : shape;

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

    private static Tensor Squeeze(Tensor x, long[]? axes)
    {
        var drop = axes is null
            ? Enumerable.Range(0, (int)x.dim()).Where(i => x.shape[i] == 1).ToHashSet()
            : Call.Axes(axes, x.dim()).ToHashSet();
        return drop.All(axis => x.shape[axis] == 1)
            ? x.reshape([.. x.shape.Where((_, i) => !drop.Contains(i))])
            : throw new UnsupportedException($"axes {string.Join(", ", drop)} of [{string.Join(", ", x.shape)}] are not all of size 1");
    }

    private static Tensor Unsqueeze(Tensor x, long[] axes)
    {
        var rank = x.dim() + axes.Length;
        foreach (var axis in Call.Axes(axes, rank).Order())
        {
            x = x.unsqueeze(axis);
        }

        return x;
    }

    /// <summary>Broadcasts both ways: the result has the greater of the two sizes in every dimension.</summary>
    private static Tensor Expand(Call call)
    {
        var x = call.X;
        var wanted = Patched(call.Integers(1), call.Mode);
        var rank = (int)Math.Max(x.dim(), wanted.Length);
        long[] from = [.. Windows.Ones(rank - (int)x.dim()), .. x.shape];
        long[] to = [.. Windows.Ones(rank - wanted.Length), .. wanted];
        return x.expand(Call.Allocate([.. from.Zip(to, (a, b) => b == 1 ? a : b)]));
    }

    private static Tensor Tile(Call call)
    {
        var repeats = call.Integers(1);
        Call.Allocate([.. call.X.shape.Zip(repeats, (size, times) => size * times)]);
        return call.X.tile(repeats);
    }

    /// <summary>Given sizes, or as many equal parts as there are outputs, the last one smaller.</summary>
    private static Value[] Split(Call call, long[]? sizes)
    {
        var x = call.X;
        var axis = Call.Axis(call.Attributes.Int("axis", 0), x.dim());
        var parts = call.Node.Outputs.Length;
        var part = (x.shape[axis] + parts - 1) / parts;
        sizes ??= [.. Enumerable.Range(0, parts).Select(i => Math.Clamp(x.shape[axis] - (i * part), 0, part))];
        if (sizes.Any(size => size < 0) || sizes.Sum() != x.shape[axis])
        {
            throw new UnsupportedException($"{x.shape[axis]} elements in parts of {string.Join(", ", sizes)}");
        }

        var start = 0L;
        return [.. sizes.Select(size =>
        {
            start += size;
            return (Value)x.narrow(axis, start - size, size);
        })];
    }

    private static Tensor DepthToSpace(Call call)
    {
        var (x, block) = (call.X, call.Attributes.Int("blocksize", 1));
        var (n, c, h, w) = (x.shape[0], x.shape[1] / (block * block), x.shape[2], x.shape[3]);
        var blocks = call.Attributes.Text("mode", "DCR") == "DCR"
            ? x.reshape(n, block, block, c, h, w).permute(0, 3, 4, 1, 5, 2)
            : x.reshape(n, c, block, block, h, w).permute(0, 1, 4, 2, 5, 3);
        return blocks.reshape(n, c, h * block, w * block);
    }

    private static Tensor SpaceToDepth(Call call)
    {
        var (x, block) = (call.X, call.Attributes.Int("blocksize", 1));
        var (n, c, h, w) = (x.shape[0], x.shape[1], x.shape[2] / block, x.shape[3] / block);
        return x.reshape(n, c, h, block, w, block).permute(0, 3, 5, 1, 2, 4).reshape(n, c * block * block, h, w);
    }
}
