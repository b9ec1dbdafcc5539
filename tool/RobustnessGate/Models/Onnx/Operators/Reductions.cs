using static RobustnessGate.Models.Onnx.Operator;
using static TorchSharp.torch;

namespace RobustnessGate.Models.Onnx.Operators;

/// <summary>Sums, means, extrema and norms over axes, and the places of extrema.</summary>
internal static class Reductions
{
    public static readonly Operator[] Table =
    [
        .. Reduce("ReduceSum", 13, (x, axes, keep) => Sum(x, axes, keep)),
        .. Reduce("ReduceMean", 18, (x, axes, keep) => x.mean(axes, keep)),
        .. Reduce("ReduceMax", 18, (x, axes, keep) => x.amax(axes, keep)),
        .. Reduce("ReduceMin", 18, (x, axes, keep) => x.amin(axes, keep)),
        .. Reduce("ReduceProd", 18, Product),
        .. Reduce("ReduceL1", 18, (x, axes, keep) => Sum(Arithmetic.Magnitude(x), axes, keep)),
        .. Reduce("ReduceL2", 18, (x, axes, keep) => Root(Sum(x * x, axes, keep))),
        .. Reduce("ReduceSumSquare", 18, (x, axes, keep) => Sum(x * x, axes, keep)),
        .. Reduce("ReduceLogSum", 18, (x, axes, keep) => Sum(x, axes, keep).log()),
        .. Reduce("ReduceLogSumExp", 18, LogSumExp),
        Op("ArgMax", 1, call => Place(call, (x, axis, keep) => x.argmax(axis, keep))) with { ZeroGradient = _ => true },
        Op("ArgMin", 1, call => Place(call, (x, axis, keep) => x.argmin(axis, keep))) with { ZeroGradient = _ => true },
        Ops("TopK", 1, call => TopK(call, call.Attributes.Int("k", 0))),
        Ops("TopK", 10, call => TopK(call, call.Integers(1).Single())),
    ];

    private delegate Tensor Reduction(Tensor x, long[] axes, bool keep);

    /// <summary>Axes were an attribute until one opset and are an input from then on.</summary>
    private static Operator[] Reduce(string name, int axesAreInput, Reduction reduce) =>
    [
        Op(name, 1, call => Apply(call, call.Attributes.Ints("axes"), reduce)),
        Op(name, axesAreInput, call => Apply(call, call.OptionalIntegers(1), reduce)),
    ];

    private static Tensor Apply(Call call, long[]? axes, Reduction reduce)
    {
        var x = call.X;
        if (axes is null or [] && call.Attributes.Flag("noop_with_empty_axes"))
        {
            return x;
        }

        long[] dimensions = axes is null or []
            ? [.. Enumerable.Range(0, (int)x.dim()).Select(i => (long)i)]
            : [.. Call.Axes(axes, x.dim()).Select(axis => (long)axis)];
        return reduce(x, dimensions, call.Attributes.Flag("keepdims", true)).to_type(x.dtype);
    }

    private static Tensor Sum(Tensor x, long[] axes, bool keep) => x.sum(axes, keep);

    private static Tensor Product(Tensor x, long[] axes, bool keep)
    {
        foreach (var axis in axes.OrderDescending())
        {
            x = x.prod(axis, keep);
        }

        return x;
    }

    /// <summary>The square root with derivative 0 at 0, where a norm has a kink.</summary>
    private static Tensor Root(Tensor squares)
    {
        var positive = squares.gt(0);
        return where(positive, where(positive, squares, ones_like(squares)).sqrt(), zeros_like(squares));
    }

    /// <summary>Shifted by the maximum, so that nothing overflows; an infinite maximum is not shifted.</summary>
    private static Tensor LogSumExp(Tensor x, long[] axes, bool keep)
    {
        var top = x.detach().amax(axes, true);
        top = where(top.isfinite(), top, zeros_like(top));
        var result = (x - top).exp().sum(axes, true).log() + top;
        return keep ? result : result.reshape(x.sum(axes, false).shape);
    }

    private static Tensor Place(Call call, Func<Tensor, long, bool, Tensor> find)
    {
        var x = call.X;
        var axis = Call.Axis(call.Attributes.Int("axis", 0), x.dim());
        var keep = call.Attributes.Flag("keepdims", true);
        return call.Attributes.Flag("select_last_index")
            ? x.shape[axis] - 1 - find(x.flip(axis), axis, keep)
            : find(x, axis, keep);
    }

    private static Value[] TopK(Call call, long count)
    {
        var x = call.X;
        var axis = Call.Axis(call.Attributes.Int("axis", -1), x.dim());
        if (count < 0 || count > x.shape[axis])
        {
            throw new UnsupportedException($"the {count} greatest of {x.shape[axis]} elements");
        }

        var (values, indices) = x.topk((int)count, axis, call.Attributes.Flag("largest", true), call.Attributes.Flag("sorted", true));
        return [values, indices];
    }
}
