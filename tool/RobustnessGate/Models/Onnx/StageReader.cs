using RobustnessGate.LinearMaps;
using static TorchSharp.torch;

namespace RobustnessGate.Models.Onnx;

/// <summary>
/// A graph as a row of stages, where it is one: convolutions, matrices, ReLU and maxima, one after the other, as small
/// classifiers are. Anything else has no stages, and is differentiated as a whole.
/// </summary>
/// <param name="stored">
/// Values of the file by slot. What the graph computes from them counts for shapes alone: a weight is trained where it is stored.
/// </param>
/// <param name="integers">Value of a slot of whole numbers that does not depend on the input; null where it has none.</param>
internal sealed class StageReader(OnnxGraph graph, IReadOnlyDictionary<int, Value> stored, Func<int, long[]?> integers)
{
    /// <returns>Null where the graph is no such row.</returns>
    public IReadOnlyList<Stage>? Read()
    {
        var live = GraphSplit.Of(graph).Live.Select(step => step.Node).ToList();
        var stages = new List<Stage>();
        var slot = graph.Inputs[0].Slot;
        foreach (var node in live)
        {
            // One way in, one way out: whatever branches is no row.
            if (node.Inputs.Count(input => input == slot) != 1 || node.Domain.Length > 0 || node.HasOutput(1)
                || live.Count(other => other.Inputs.Contains(slot)) != 1)
            {
                return null;
            }

            // What is added before the first weights could widen the input, whose gradient is asked for.
            if (Stage(node) is not { } stage || (stage is ShiftingStage && !stages.Any(earlier => earlier is WeightedStage)))
            {
                return null;
            }

            stages.Add(stage);
            slot = node.Outputs[0];
        }

        return slot == graph.Outputs[0] ? Linearisation.Row(stages) : null;
    }

    private Stage? Stage(OnnxNode node) => node.Op switch
    {
        "Conv" => Convolution(node),
        "Gemm" => Gemm(node),
        "MatMul" => Weight(node, 1) is { } weight && weight.dim() == 2 ? new LinearStage(weight, null, transposed: true) : null,
        // Before opset 7 it has an axis.
        "Add" when node.Opset >= 7 => (Weight(node, 0) ?? Weight(node, 1)) is { } offset ? new ShiftingStage(offset) : null,
        "Relu" => new RectifyingStage(),
        "MaxPool" => Maximum(node),
        "Flatten" => node.Attributes.Int("axis", 1) == 1 ? new FlatteningStage() : null,
        "Reshape" => Reshape(node),
        _ => null,
    };

    private ConvolutionStage? Convolution(OnnxNode node)
    {
        var bias = Weight(node, 2);
        return Weight(node, 1) is { } weight && weight.dim() == 4 && node.Attributes.Int("group", 1) == 1
            && Square(node) is var (stride, padding) && (bias is not null || node.Inputs.Length < 3 || node.Inputs[2] < 0)
                ? new ConvolutionStage(weight, bias, stride, padding)
                : null;
    }

    private MaximumStage? Maximum(OnnxNode node) =>
        node.Attributes.Ints("kernel_shape") is [var kernel, var other] && kernel == other && !node.Attributes.Flag("ceil_mode")
            && Square(node) is var (stride, padding) && 2 * padding <= kernel
                ? new MaximumStage(kernel, stride, padding)
                : null;

    private LinearStage? Gemm(OnnxNode node)
    {
        var attributes = node.Attributes;
        var bias = Weight(node, 2);
        return Weight(node, 1) is { } weight && weight.dim() == 2 && !attributes.Flag("transA")
            && attributes.Float("alpha", 1) == 1 && attributes.Float("beta", 1) == 1
            && (bias is null ? node.Inputs.Length < 3 || node.Inputs[2] < 0 : bias.dim() == 1)
                ? new LinearStage(weight, bias, transposed: !attributes.Flag("transB"))
                : null;
    }

    /// <summary>To (N, features): the first size is that of the batch, whether it is written, copied or left open.</summary>
    private FlatteningStage? Reshape(OnnxNode node) =>
        node.Inputs.Length > 1 && !node.Attributes.Flag("allowzero")
            && integers(node.Inputs[1]) is [var rows and (1 or 0 or -1), var features] && (features > 0 || (features == -1 && rows >= 0))
                ? new FlatteningStage(features)
                : null;

    /// <summary>Stride and padding of a window that is the same in both directions, with nothing between its entries.</summary>
    private static (long Stride, long Padding)? Square(OnnxNode node)
    {
        var attributes = node.Attributes;
        var strides = attributes.Ints("strides") ?? [1, 1];
        var pads = attributes.Ints("pads") ?? [0, 0, 0, 0];
        var plain = attributes.Text("auto_pad", "NOTSET") is "NOTSET" or ""
            && (attributes.Ints("dilations") ?? [1, 1]).All(dilation => dilation == 1);
        return plain && strides.Length == 2 && pads.Length == 4 && strides[0] == strides[1] && pads.All(pad => pad == pads[0])
            ? (strides[0], pads[0])
            : null;
    }

    private Tensor? Weight(OnnxNode node, int input) =>
        input < node.Inputs.Length && stored.TryGetValue(node.Inputs[input], out var value) && value.Native is { dtype: ScalarType.Float32 } weight
            ? weight
            : null;
}
