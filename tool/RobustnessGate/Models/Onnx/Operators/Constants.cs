using RobustnessGate.Models.Onnx.Proto;
using static RobustnessGate.Models.Onnx.Operator;
using static TorchSharp.torch;

namespace RobustnessGate.Models.Onnx.Operators;

/// <summary>Values that come from attributes and shapes.</summary>
internal static class Constants
{
    private static readonly TensorReader Inline = new(external: null);

    public static readonly Operator[] Table =
    [
        Op("Constant", 1, Constant) with { Refuses = RefuseConstant },
    ];

    private static string? RefuseConstant(OnnxNode node) =>
        new[] { "value", "value_float", "value_floats", "value_int", "value_ints" }.Any(node.Attributes.Has)
            ? node.Attributes.Tensor("value") is { DataType: var type } && !IsKnown(type) ? $"of element type {ElementTypes.Name(type)}" : null
            : "of strings, or sparse";

    private static bool IsKnown(int type)
    {
        try
        {
            _ = ElementTypes.Native(type);
            return true;
        }
        catch (UnsupportedException)
        {
            return false;
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

        if (attributes.Ints("value_ints") is { Length: > 0 } integers)
        {
            return new Value(integers);
        }

        var type = call.Mode.TypeOf((int)TensorProto.Types.DataType.Float);
        return attributes.Has("value_float")
            ? tensor(attributes.Float("value_float", 0), dtype: type, device: call.Mode.Device)
            : tensor(attributes.Floats("value_floats")!, dtype: type, device: call.Mode.Device);
    }

    private static Value Placed(Value value, RunMode mode)
    {
        if (value.Native is not { } stored)
        {
            return value;
        }

        var type = mode.Float is { } wanted && ElementTypes.IsFloat(stored.dtype) ? wanted : stored.dtype;
        return stored.to(type, mode.Device);
    }
}
