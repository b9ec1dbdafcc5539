using RobustnessGate.Diagnostics;
using RobustnessGate.Models.Onnx.Proto;

namespace RobustnessGate.Models.Onnx;

/// <summary>The value of a graph that holds the logits.</summary>
/// <param name="Name">Of the value.</param>
/// <param name="Cut">The softmax or sigmoid that was cut off, as messages call it; null where there was none.</param>
/// <param name="Normalises">Whether what was cut divides by the sum over the classes, as a softmax does.</param>
/// <param name="Skipped">The node itself, where others behind it bring the logits into their shape; null where it was the last that computes.</param>
internal sealed record ClassifierOutput(string Name, string? Cut, bool Normalises = false, NodeProto? Skipped = null)
{
    /// <summary>They change the shape and no number.</summary>
    private static readonly HashSet<string> Shaping = new(["Reshape", "Squeeze", "Unsqueeze", "Flatten"], StringComparer.Ordinal);

    private static readonly HashSet<string> Transparent = new(["Identity", "Dropout", "Cast"], StringComparer.Ordinal);

    /// <summary>
    /// Takes the only floating-point output and steps back over a final softmax or sigmoid: attacks and margins need
    /// logits, and the order of the classes is the same.
    /// </summary>
    /// <exception cref="MistakeException">RG0411: several outputs could be the logits.</exception>
    public static ClassifierOutput Of(ModelProto model, string display)
    {
        var name = Only(model.Graph, display);
        var producers = new Dictionary<string, NodeProto>(StringComparer.Ordinal);
        foreach (var node in model.Graph.Node.Where(node => node.Output.Count > 0))
        {
            producers[node.Output[0]] = node;
        }

        var current = name;
        var isShaped = false;
        for (var steps = 0; steps < producers.Count && producers.TryGetValue(current, out var node) && node.Input.Count > 0; steps++)
        {
            // Behind a change of shape the axis says little; whether the classes were meant, a run tells.
            if (OpsetVersions.Canonical(node.Domain).Length == 0 && (node.OpType == "Sigmoid" || (node.OpType == "Softmax" && (isShaped || IsOverClasses(node)))))
            {
                var (described, normalises) = (OnnxNode.Describe(node.OpType, node.Domain, node.Name), node.OpType == "Softmax");
                return isShaped ? new(name, described, normalises, node) : new(node.Input[0], described, normalises);
            }

            isShaped |= Shaping.Contains(node.OpType);
            if (!Transparent.Contains(node.OpType) && !Shaping.Contains(node.OpType))
            {
                break;
            }

            current = node.Input[0];
        }

        return new ClassifierOutput(name, null);
    }

    /// <summary>Leads whatever takes the skipped node's answer to what that node takes.</summary>
    public void Skip(ModelProto model)
    {
        foreach (var node in Skipped is null ? [] : model.Graph.Node.Where(node => node.Input.Contains(Skipped.Output[0])))
        {
            for (var i = 0; i < node.Input.Count; i++)
            {
                node.Input[i] = node.Input[i] == Skipped!.Output[0] ? Skipped.Input[0] : node.Input[i];
            }
        }
    }

    /// <summary>Of an (N, K) output the classes are axis 1, the default of every opset.</summary>
    private static bool IsOverClasses(NodeProto softmax) => new Attributes(softmax.Attribute).Int("axis", -1) is -1 or 1;

    private static string Only(GraphProto graph, string display)
    {
        var candidates = graph.Output
            .Where(output => output.Type is null or { ValueCase: TypeProto.ValueOneofCase.TensorType })
            .Where(output => output.Type?.TensorType is not { HasElemType: true } tensor || ElementTypes.IsFloat(tensor.ElemType))
            .Select(output => output.Name)
            .ToList();
        return candidates switch
        {
            [var single] => single,
            [] => throw MistakeException.InFile("RG0411", display,
                "the model has no floating-point output, so there are no logits to differentiate. Export the part up to the logits."),
            _ => throw MistakeException.InFile("RG0411", display,
                $"the model has {candidates.Count} outputs that could be the logits: {string.Join(", ", candidates)}. Export it with the logits as its only output."),
        };
    }
}
