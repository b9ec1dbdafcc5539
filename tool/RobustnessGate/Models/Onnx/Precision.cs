using RobustnessGate.Models.Onnx.Proto;
using DataType = RobustnessGate.Models.Onnx.Proto.TensorProto.Types.DataType;

namespace RobustnessGate.Models.Onnx;

/// <summary>Where a file computes in other numbers than an evaluation does.</summary>
internal static class Precision
{
    private static readonly HashSet<int> Halves = [(int)DataType.Float16, (int)DataType.Bfloat16];

    /// <summary>Sentences for people who compare the evaluation with what they deploy.</summary>
    public static IEnumerable<string> Notes(ModelProto model)
    {
        var graph = model.Graph;
        if (graph.Initializer.Any(tensor => Halves.Contains(tensor.DataType)) || graph.Input.Any(input => Halves.Contains(Type(input)))
            || graph.Node.Any(node => node.OpType == "Cast" && node.Attribute.Any(attribute => attribute.Name == "to" && Halves.Contains((int)attribute.I))))
        {
            yield return "The file computes in float16 or bfloat16; here it is computed in float32 or float64, so that rounding and overflow of the deployed network are not measured.";
        }

        var stored = graph.Initializer.Select(tensor => tensor.Name).ToHashSet(StringComparer.Ordinal);
        foreach (var input in graph.Input.Where(input => !stored.Contains(input.Name) && Type(input) != 0 && !ElementTypes.IsFloat(Type(input))))
        {
            yield return $"Input '{input.Name}' takes {((DataType)Type(input)).ToString().ToLowerInvariant()} numbers; here it is fed what lies between them as well, which the deployed network never sees. Judge whole numbers with quantize: 8 where bounds are [0, 255].";
        }
    }

    private static int Type(ValueInfoProto value) => value.Type?.TensorType?.ElemType ?? 0;
}
