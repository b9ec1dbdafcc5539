using RobustnessGate.Models.Onnx.Proto;
using static RobustnessGate.Models.Onnx.Operator;
using static TorchSharp.torch;

namespace RobustnessGate.Models.Onnx.Operators;

/// <summary>Values that come from attributes and shapes, and changes of element type.</summary>
internal static class Constants
{
    private const int Float = (int)TensorProto.Types.DataType.Float;

    private static readonly TensorReader Inline = new(external: null);

    public static readonly Operator[] Table =
    [
        Op("Constant", 1, Constant) with { Refuses = RefuseConstant },
        Op("ConstantOfShape", 9, ConstantOfShape),
        Op("Shape", 1, Shape) with { ShapeOnly = true },
        Op("Size", 1, call => new Value([call.Input(0).Shape.Aggregate(1L, (a, b) => a * b)], [])) with { ShapeOnly = true },
        Op("Range", 11, Range),
        Op("EyeLike", 9, call => EyeLike(call)) with { ShapeOnly = true },
        Op("Cast", 6, call => Cast(call, (int)call.Attributes.Int("to", Float)))
            with { Refuses = node => RefuseType((int)node.Attributes.Int("to", Float)), ZeroGradient = node => !ElementTypes.IsFloat((int)node.Attributes.Int("to", Float)) },
        Op("CastLike", 15, call => call.X.to_type(call.Input(1).Type)),
    ];

    private static string? RefuseConstant(OnnxNode node) =>
        !new[] { "value", "value_float", "value_floats", "value_int", "value_ints" }.Any(node.Attributes.Has) ? "of strings, or sparse"
        : node.Attributes.Tensor("value") is { } value ? RefuseType(value.DataType)
        : null;

    /// <summary>What is wrong with an element type, or null.</summary>
    public static string? RefuseType(int type)
    {
        try
        {
            _ = ElementTypes.Native(type);
            return null;
        }
        catch (UnsupportedException exception)
        {
            return exception.Message;
        }
    }

    private static Value Constant(Call call)
    {
        var attributes = call.Attributes;
        if (attributes.Tensor("value") is { } stored)
        {
            return Placed(Inline.Read(stored), call.Mode);
        }

        if (attributes.Has("value_int"))
        {
            return new Value([attributes.Int("value_int", 0)], []);
        }

        if (attributes.Has("value_ints"))
        {
            return new Value(attributes.Ints("value_ints")!);
        }

        var type = call.Mode.TypeOf(Float);
        return attributes.Has("value_float")
            ? tensor(attributes.Float("value_float", 0), dtype: type, device: call.Mode.Device)
            : tensor(attributes.Floats("value_floats")!, dtype: type, device: call.Mode.Device);
    }

    private static Value Placed(Value value, RunMode mode) => value.Native is { } stored
        ? stored.to(mode.Float is { } wanted && ElementTypes.IsFloat(stored.dtype) ? wanted : stored.dtype, mode.Device)
        : value;

    private static Value ConstantOfShape(Call call)
    {
        var shape = Call.Allocate(call.Integers(0));
        var fill = call.Attributes.Tensor("value") is { } stored
            ? Placed(Inline.Read(stored), call.Mode).ToTensor(call.Mode.Device)
            : zeros(1, dtype: call.Mode.TypeOf(Float), device: call.Mode.Device);
        return fill.reshape(Array.Empty<long>()).expand(shape).contiguous();
    }

    private static Value Shape(Call call)
    {
        var shape = call.Input(0).Shape;
        var start = Bound(call.Attributes.Int("start", 0), shape.Length);
        var end = Bound(call.Attributes.Int("end", shape.Length), shape.Length);
        return new Value(start < end ? shape[start..end] : []);
    }

    private static int Bound(long place, int rank) => (int)Math.Clamp(place < 0 ? place + rank : place, 0, rank);

    private static Value Range(Call call)
    {
        var (start, limit, delta) = (call.Scalar(0), call.Scalar(1), call.Scalar(2));
        var count = Math.Max(0, Math.Ceiling((limit - start) / delta));
        if (!double.IsFinite(count))
        {
            throw new UnsupportedException($"a range from {start} to {limit} by {delta}");
        }

        Call.Allocate((long)Math.Min(count, long.MaxValue / 2));
        var type = call.Input(0).Type;
        return type == ScalarType.Int64 && count <= Value.MaxManaged
            ? new Value([.. Enumerable.Range(0, (int)count).Select(i => (long)start + (i * (long)delta))])
            : (arange(count, dtype: ScalarType.Float64, device: call.Mode.Device) * delta + start).to_type(type);
    }

    private static Tensor EyeLike(Call call)
    {
        var type = call.Attributes.Has("dtype") ? call.Mode.TypeOf((int)call.Attributes.Int("dtype", Float)) : call.Input(0).Type;
        var diagonal = call.Attributes.Int("k", 0);
        return ones(call.Input(0).Shape, dtype: type, device: call.Mode.Device).triu(diagonal).tril(diagonal);
    }

    private static Value Cast(Call call, int type)
    {
        var to = call.Mode.TypeOf(type);
        return call.Input(0).IsManaged && to == ScalarType.Int64 ? call.Input(0) : call.X.to_type(to);
    }
}
