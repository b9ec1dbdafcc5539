using static RobustnessGate.Models.Onnx.Operator;
using static TorchSharp.torch;

namespace RobustnessGate.Models.Onnx.Operators;

/// <summary>Parts of tensors by ranges, and tensors extended by padding.</summary>
internal static class Slicing
{
    public static readonly Operator[] Table =
    [
        Op("Slice", 1, call => Slice(call.X, call.Attributes.Ints("starts")!, call.Attributes.Ints("ends")!, call.Attributes.Ints("axes"), null))
            with { Refuses = node => node.Attributes.Has("starts") && node.Attributes.Has("ends") ? null : "without starts and ends" },
        Op("Slice", 10, call => Slice(call.X, call.Integers(1), call.Integers(2), call.OptionalIntegers(3), call.OptionalIntegers(4))),
        Op("Pad", 1, call => Pad(call, call.Attributes.Ints("pads") ?? call.Attributes.Ints("paddings") ?? [], call.Attributes.Float("value", 0), null)),
        Op("Pad", 11, call => Pad(call, call.Integers(1), call.Has(2) ? call.Scalar(2) : 0, null)),
        Op("Pad", 18, call => Pad(call, call.Integers(1), call.Has(2) ? call.Scalar(2) : 0, call.OptionalIntegers(3))),
    ];

    /// <summary>The places that a range with a step picks from a dimension, clamped as ONNX clamps.</summary>
    public static long[] Range(long start, long end, long step, long size)
    {
        if (step == 0)
        {
            throw new UnsupportedException("a step of 0");
        }

        start = start < 0 ? start + size : start;
        end = end < 0 ? end + size : end;
        (start, end) = step > 0
            ? (Math.Clamp(start, 0, size), Math.Clamp(end, 0, size))
            : (Math.Clamp(start, -1, size - 1), Math.Clamp(end, -1, size));
        var places = new List<long>();
        for (var place = start; step > 0 ? place < end : place > end; place += step)
        {
            places.Add(place);
            if (Math.Abs(step) >= size)
            {
                break;
            }
        }

        return [.. places];
    }

    private static Value Slice(Tensor x, long[] starts, long[] ends, long[]? axes, long[]? steps)
    {
        axes ??= [.. Enumerable.Range(0, starts.Length).Select(i => (long)i)];
        if (starts.Length != ends.Length || starts.Length != axes.Length || (steps is not null && steps.Length != axes.Length))
        {
            throw new UnsupportedException("starts, ends, axes and steps differ in number");
        }

        for (var i = 0; i < starts.Length; i++)
        {
            var axis = Call.Axis(axes[i], x.dim());
            x = Pick(x, axis, Range(starts[i], ends[i], steps?[i] ?? 1, x.shape[axis]));
        }

        return x;
    }

    /// <summary>A view where the places follow each other, a copy otherwise.</summary>
    private static Tensor Pick(Tensor x, int axis, long[] places) => places switch
    {
        [] => x.narrow(axis, 0, 0),
        [var first, .. var rest] when rest.Select((place, i) => place - first - i).All(gap => gap == 1) => x.narrow(axis, first, places.Length),
        _ => x.index_select(axis, tensor(places, device: x.device)),
    };

    private static Value Pad(Call call, long[] pads, double value, long[]? axes)
    {
        var x = call.X;
        var rank = (int)x.dim();
        var padded = axes is null ? [.. Enumerable.Range(0, rank)] : Call.Axes(axes, rank);
        if (pads.Length != 2 * padded.Length || pads.Any(pad => Math.Abs(pad) > int.MaxValue))
        {
            throw new UnsupportedException($"{pads.Length} pads for {padded.Length} axes");
        }

        var (begin, end) = (new long[rank], new long[rank]);
        for (var i = 0; i < padded.Length; i++)
        {
            (begin[padded[i]], end[padded[i]]) = (pads[i], pads[i + padded.Length]);
        }

        Call.Allocate([.. x.shape.Select((size, i) => Math.Max(0, size + begin[i] + end[i]))]);
        var mode = call.Attributes.Text("mode", "constant");
        return mode == "constant" ? Constant(x, begin, end, value) : Mirrored(x, begin, end, mode);
    }

    private static Tensor Constant(Tensor x, long[] begin, long[] end, double value)
    {
        long[] padding = [.. Enumerable.Range(0, begin.Length).Reverse().SelectMany(i => new[] { begin[i], end[i] })];
        return nn.functional.pad(x, padding, value: value);
    }

    /// <summary>Every padded element is a copy of one inside: picked by index, for any rank and any width.</summary>
    private static Tensor Mirrored(Tensor x, long[] begin, long[] end, string mode)
    {
        for (var axis = 0; axis < begin.Length; axis++)
        {
            if (begin[axis] != 0 || end[axis] != 0)
            {
                var size = x.shape[axis];
                var places = new long[Math.Max(0, size + begin[axis] + end[axis])];
                for (var i = 0; i < places.Length; i++)
                {
                    places[i] = Source(i - begin[axis], size, mode);
                }

                x = x.index_select(axis, tensor(places, device: x.device));
            }
        }

        return x;
    }

    private static long Source(long place, long size, string mode)
    {
        if (size == 0)
        {
            throw new UnsupportedException("padding of an empty dimension");
        }

        switch (mode)
        {
            case "edge":
                return Math.Clamp(place, 0, size - 1);
            case "wrap":
                return ((place % size) + size) % size;
            case "reflect":
                var period = Math.Max(1, 2 * (size - 1));
                var inside = ((place % period) + period) % period;
                return inside < size ? inside : period - inside;
            default:
                throw new UnsupportedException($"mode {mode}");
        }
    }
}
