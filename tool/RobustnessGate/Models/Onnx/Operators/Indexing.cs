using static RobustnessGate.Models.Onnx.Operator;
using static TorchSharp.torch;

namespace RobustnessGate.Models.Onnx.Operators;

/// <summary>Elements picked and placed by computed indices. The gradient flows through the elements, never the indices.</summary>
internal static class Indexing
{
    private static readonly string[] Sums = ["none", "add"];

    public static readonly Operator[] Table =
    [
        Op("Gather", 1, call => Gather(call)),
        Op("GatherElements", 11, call => GatherElements(call)),
        Op("GatherND", 11, call => GatherND(call)),
        Op("Scatter", 9, call => ScatterElements(call)),
        Op("ScatterElements", 11, call => ScatterElements(call)) with { Refuses = RefuseReduction },
        Op("ScatterND", 11, call => ScatterND(call)) with { Refuses = RefuseReduction },
        Op("OneHot", 9, call => OneHot(call)) with { ZeroGradient = _ => true },
        Op("NonZero", 9, call => call.X.nonzero().t()) with { ZeroGradient = _ => true },
        Op("Compress", 9, call => Compress(call)),
        Op("Trilu", 14, call => Triangle(call)),
    ];

    private static string? RefuseReduction(OnnxNode node) =>
        Sums.Contains(node.Attributes.Text("reduction", "none")) ? null : $"reduction = {node.Attributes.Text("reduction", "")}";

    private static Value Gather(Call call)
    {
        var x = call.X;
        var axis = Call.Axis(call.Attributes.Int("axis", 0), x.dim());
        var indices = call.Tensor(1);
        var flat = Inside(indices, x.shape[axis]).reshape(-1);
        return x.index_select(axis, flat).reshape([.. x.shape[..axis], .. indices.shape, .. x.shape[(axis + 1)..]]);
    }

    /// <summary>Indices as int64, counted from the end where negative.</summary>
    private static Tensor Inside(Tensor indices, long size)
    {
        var wide = indices.to_type(ScalarType.Int64);
        return where(wide.lt(0), wide + size, wide);
    }

    private static Value GatherElements(Call call)
    {
        var x = call.X;
        var axis = Call.Axis(call.Attributes.Int("axis", 0), x.dim());
        return x.gather(axis, Inside(call.Tensor(1), x.shape[axis]));
    }

    /// <summary>
    /// Index tuples as places in the tensor with its indexed dimensions run together; the last dimension of
    /// <paramref name="indices"/> holds the tuple. Places outside are refused.
    /// </summary>
    private static Tensor Places(Tensor indices, long[] sizes)
    {
        var places = zeros(indices.shape[..^1], dtype: ScalarType.Int64, device: indices.device);
        for (var i = 0; i < sizes.Length; i++)
        {
            var part = Inside(indices.select(-1, i), sizes[i]);
            if (part.lt(0).any().item<bool>() || part.ge(sizes[i]).any().item<bool>())
            {
                throw new UnsupportedException($"an index outside a dimension of {sizes[i]}");
            }

            places = places * sizes[i] + part;
        }

        return places;
    }

    private static Value GatherND(Call call)
    {
        var (x, indices) = (call.X, call.Tensor(1));
        var batch = (int)call.Attributes.Int("batch_dims", 0);
        var tuple = (int)indices.shape[^1];
        if (batch < 0 || batch + tuple > x.dim() || batch >= indices.dim())
        {
            throw new UnsupportedException($"tuples of {tuple} into {x.dim()} dimensions");
        }

        var places = Places(indices, x.shape[batch..(batch + tuple)]);
        var rest = x.shape[(batch + tuple)..];
        var rows = x.shape[..batch].Aggregate(1L, (a, b) => a * b);
        var span = x.shape[batch..(batch + tuple)].Aggregate(1L, (a, b) => a * b);
        var offset = (arange(rows, dtype: ScalarType.Int64, device: x.device) * span).reshape(-1, 1);
        var flat = (places.reshape(rows, -1) + offset).reshape(-1);
        return x.reshape([rows * span, .. rest]).index_select(0, flat).reshape([.. places.shape, .. rest]);
    }

    private static Value ScatterElements(Call call)
    {
        var x = call.X;
        var axis = Call.Axis(call.Attributes.Int("axis", 0), x.dim());
        var indices = Inside(call.Tensor(1), x.shape[axis]);
        return call.Attributes.Text("reduction", "none") == "add"
            ? x.scatter_add(axis, indices, call.Tensor(2))
            : x.scatter(axis, indices, call.Tensor(2));
    }

    private static Value ScatterND(Call call)
    {
        var (x, indices, updates) = (call.X, call.Tensor(1), call.Tensor(2));
        var tuple = (int)indices.shape[^1];
        if (tuple > x.dim())
        {
            throw new UnsupportedException($"tuples of {tuple} into {x.dim()} dimensions");
        }

        var rest = x.shape[tuple..];
        var places = Places(indices, x.shape[..tuple]).reshape(-1);
        var flat = x.reshape([x.shape[..tuple].Aggregate(1L, (a, b) => a * b), rest.Aggregate(1L, (a, b) => a * b)]);
        var index = places.unsqueeze(1).expand(places.shape[0], flat.shape[1]);
        var source = updates.reshape(places.shape[0], flat.shape[1]);
        var result = call.Attributes.Text("reduction", "none") == "add" ? flat.scatter_add(0, index, source) : flat.scatter(0, index, source);
        return result.reshape(x.shape);
    }

    private static Value OneHot(Call call)
    {
        var depth = (long)call.Scalar(1);
        var indices = call.Tensor(0).to_type(ScalarType.Int64);
        var axis = Call.Axis(call.Attributes.Int("axis", -1), indices.dim() + 1);
        Call.Allocate([depth, .. indices.shape]);
        var values = call.Tensor(2);
        var hit = Inside(indices, depth).unsqueeze(-1).eq(arange(depth, dtype: ScalarType.Int64, device: indices.device));
        return where(hit, values.select(0, 1), values.select(0, 0)).movedim([-1], [axis]);
    }

    private static Value Compress(Call call)
    {
        var x = call.Attributes.Has("axis") ? call.X : call.X.reshape(-1);
        var axis = Call.Axis(call.Attributes.Int("axis", 0), x.dim());
        long[] kept = [.. call.Integers(1).Select((keep, place) => (keep, place)).Where(pair => pair.keep != 0).Select(pair => (long)pair.place)];
        return x.index_select(axis, tensor(kept, dtype: ScalarType.Int64, device: x.device));
    }

    private static Value Triangle(Call call)
    {
        var diagonal = call.OptionalIntegers(1)?.Single() ?? 0;
        return call.Attributes.Flag("upper", true) ? call.X.triu(diagonal) : call.X.tril(diagonal);
    }
}
