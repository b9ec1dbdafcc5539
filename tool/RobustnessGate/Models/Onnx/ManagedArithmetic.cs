using System.Collections.Frozen;
using RobustnessGate.Models.Onnx.Operators;

namespace RobustnessGate.Models.Onnx;

/// <summary>
/// The integer arithmetic with which exporters compute shapes, on managed values. An operator that is not here, or an
/// input that is not managed, falls back to native tensors, with the same result.
/// </summary>
internal static class ManagedArithmetic
{
    private static readonly FrozenDictionary<string, Func<long, long, long>> Binary =
        new Dictionary<string, Func<long, long, long>>(StringComparer.Ordinal)
        {
            ["Add"] = (a, b) => a + b,
            ["Sub"] = (a, b) => a - b,
            ["Mul"] = (a, b) => a * b,
            ["Div"] = (a, b) => b == 0 ? throw new UnsupportedException("integer division by zero") : b == -1 ? -a : a / b,
        }.ToFrozenDictionary(StringComparer.Ordinal);

    private static readonly FrozenDictionary<string, Func<OnnxNode, Value[], Value?>> Structural =
        new Dictionary<string, Func<OnnxNode, Value[], Value?>>(StringComparer.Ordinal)
        {
            ["Concat"] = Concat,
            ["Gather"] = Gather,
            ["Identity"] = (_, inputs) => inputs[0],
            ["Slice"] = Slice,
            ["Squeeze"] = (_, inputs) => inputs[0].Integers() is [var single] ? new Value([single], []) : null,
            ["Unsqueeze"] = (_, inputs) => inputs[0] is { Shape: [] } scalar ? new Value(scalar.Integers()) : null,
        }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>The node's single output, or null where the node is not of this kind.</summary>
    public static Value[]? TryRun(OnnxNode node, Value?[] inputs)
    {
        if (inputs.Length == 0 || !Array.TrueForAll(inputs, input => input is { IsManaged: true }))
        {
            return null;
        }

        if (Binary.TryGetValue(node.Op, out var apply))
        {
            return Broadcast(inputs[0]!, inputs[1]!, apply) is { } value ? [value] : null;
        }

        return Structural.TryGetValue(node.Op, out var run) && run(node, inputs!) is { } result ? [result] : null;
    }

    /// <summary>Same shapes, or one side a single number.</summary>
    private static Value? Broadcast(Value left, Value right, Func<long, long, long> apply)
    {
        var (a, b) = (left.Integers(), right.Integers());
        if (left.Shape.AsSpan().SequenceEqual(right.Shape))
        {
            return new Value([.. a.Zip(b, apply)], left.Shape);
        }

        return (a, b) switch
        {
            (_, [var single]) when right.Shape.Length <= left.Shape.Length => new Value([.. a.Select(x => apply(x, single))], left.Shape),
            ([var single], _) when left.Shape.Length <= right.Shape.Length => new Value([.. b.Select(x => apply(single, x))], right.Shape),
            _ => null,
        };
    }

    private static Value? Concat(OnnxNode node, Value[] inputs) =>
        inputs.All(input => input.Shape.Length == 1) && inputs.Sum(input => input.Shape[0]) <= Value.MaxManaged
            ? new Value([.. inputs.SelectMany(input => input.Integers())])
            : null;

    private static Value? Gather(OnnxNode node, Value[] inputs)
    {
        if (inputs[0].Shape is not [var length] || inputs[1].Shape.Length > 1)
        {
            return null;
        }

        var source = inputs[0].Integers();
        return new Value([.. inputs[1].Integers().Select(index => source[Call.Axis(index, length)])], inputs[1].Shape);
    }

    /// <summary>One range of a list.</summary>
    private static Value? Slice(OnnxNode node, Value[] inputs)
    {
        if (inputs[0].Shape is not [var length])
        {
            return null;
        }

        var attributes = node.Opset < 10;
        var starts = attributes ? node.Attributes.Ints("starts") : inputs[1].Integers();
        var ends = attributes ? node.Attributes.Ints("ends") : inputs[2].Integers();
        var step = inputs.Length > 4 ? inputs[4].Integers() : [1];
        return (starts, ends, step) is ([var start], [var end], [var by])
            ? new Value([.. Slicing.Range(start, end, by, length).Select(place => inputs[0].Integers()[place])])
            : null;
    }
}
