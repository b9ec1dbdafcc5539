using RobustnessGate.Kernels;
using RobustnessGate.LinearMaps;
using TorchSharp;
using static TorchSharp.torch;

namespace RobustnessGate.Models.Onnx;

/// <summary>
/// A graph as stages, where all its nodes are of those that classifiers for images are made of. Anything else has no
/// stages, and is differentiated as a whole.
/// </summary>
/// <param name="stored">
/// Values of the file by slot. What the graph computes from them counts for shapes and single numbers alone: a weight is
/// trained where it is stored.
/// </param>
/// <param name="constants">Value of a slot that does not depend on the input; null where it has none.</param>
/// <param name="type">Of the stages' weights.</param>
internal sealed class StageReader(OnnxGraph graph, IReadOnlyDictionary<int, Value> stored, Func<int, Value?> constants, ScalarType type)
{
    private readonly List<Link> _links = [];
    private readonly Dictionary<int, int> _values = [];
    private readonly Dictionary<int, Tensor> _weights = [];

    /// <summary>Slots that are functions, number by number, of a value: the slot of that value, and the function.</summary>
    private readonly Dictionary<int, (int Source, Curve Curve)> _curves = [];

    /// <returns>Null where the graph has other nodes.</returns>
    public StageGraph? Read()
    {
        _values[graph.Inputs[0].Slot] = 0;
        foreach (var node in GraphSplit.Of(graph).Live.Select(step => step.Node))
        {
            if (node.Domain.Length > 0 || node.HasOutput(1) || !(Function(node) || Link(node)))
            {
                return null;
            }
        }

        return Place(graph.Outputs[0]) == _links.Count && _links.Any(link => link.Stage.Weighted) ? StageGraph.Of(_links) : null;
    }

    private bool IsLive(int slot) => _values.ContainsKey(slot) || _curves.ContainsKey(slot);

    /// <summary>Takes a node that computes number by number into the function that it is part of, so that a whole activation is one stage.</summary>
    private bool Function(OnnxNode node)
    {
        var live = node.Inputs.Where(IsLive).ToArray();
        var sources = live.Select(slot => _curves.TryGetValue(slot, out var known) ? known : (Source: slot, Curve: Curve.Identity)).ToArray();
        if (sources.Length == 0 || sources.Any(source => source.Source != sources[0].Source) || Of(node, [.. sources.Select(source => source.Curve)]) is not { } curve)
        {
            return false;
        }

        _curves[node.Outputs[0]] = (sources[0].Source, curve);
        return true;
    }

    /// <param name="inputs">The node's inputs as functions of one value.</param>
    private Curve? Of(OnnxNode node, Curve[] inputs) => (node.Op, inputs) switch
    {
        ("Erf", [var x]) => Curve.Erf.After(x),
        ("Sigmoid", [var x]) => Curve.Sigmoid.After(x),
        ("Tanh", [var x]) => Curve.Tanh.After(x),
        ("Softplus", [var x]) => Curve.Softplus.After(x),
        ("Gelu", [var x]) => (node.Attributes.Text("approximate", "none") == "tanh" ? Curve.GeluByTanh : Curve.Gelu).After(x),
        ("Identity" or "Dropout", [var x, ..]) => x,
        // Before opset 7 arithmetic has an axis.
        ("Add", [var x]) when node.Opset >= 7 && Number(node) is { } number => x.Shifted(number),
        ("Mul", [var x]) when node.Opset >= 7 && Number(node) is { } number => x.Scaled(number),
        ("Div", [var x]) when node.Opset >= 7 && IsLive(node.Inputs[0]) && Number(node) is { } number => x.Scaled(1 / number),
        ("Sub", [var x]) when node.Opset >= 7 && IsLive(node.Inputs[0]) && Number(node) is { } number => x.Shifted(-number),
        ("Mul", [var x, var y]) when node.Opset >= 7 => x.Times(y),
        ("Add", [var x, var y]) when node.Opset >= 7 => x.Plus(y),
        _ => null,
    };

    private bool Link(OnnxNode node)
    {
        if (Stage(node) is not { } stage)
        {
            return false;
        }

        int[] sources = [.. node.Inputs.Where(IsLive).Select(Place)];
        if (sources.Length != (stage is SumStage or ProductStage ? 2 : 1))
        {
            return false;
        }

        _links.Add(new(stage, sources));
        _values[node.Outputs[0]] = _links.Count;
        return true;
    }

    /// <summary>Where the value of a slot is; a function that is read as a whole becomes a stage.</summary>
    private int Place(int slot)
    {
        if (!_values.TryGetValue(slot, out var place))
        {
            var (source, curve) = _curves[slot];
            if (curve == Curve.Identity)
            {
                place = Place(source);
            }
            else
            {
                _links.Add(new(new CurveStage(curve), [Place(source)]));
                place = _links.Count;
            }

            _values[slot] = place;
        }

        return place;
    }

    private Stage? Stage(OnnxNode node) => node.Op switch
    {
        "Conv" => Convolution(node),
        "Gemm" => Gemm(node),
        "MatMul" => Weight(node, 1) is { } weight && weight.dim() == 2 ? new LinearStage(weight, null, transposed: true) : null,
        "Add" when node.Opset >= 7 => node.Inputs.All(IsLive) ? new SumStage() : (Weight(node, 0) ?? Weight(node, 1)) is { } offset ? new ShiftingStage(offset) : null,
        "Mul" when node.Opset >= 7 && node.Inputs.All(IsLive) => new ProductStage(),
        "BatchNormalization" => Normalisation(node),
        "Relu" => new RectifyingStage(),
        "MaxPool" => Maximum(node),
        "AveragePool" => Average(node),
        "GlobalAveragePool" => new GlobalAverageStage(),
        "ReduceMean" => PlaneMean(node),
        "Flatten" => node.Attributes.Int("axis", 1) == 1 ? new FlatteningStage() : null,
        "Reshape" => Reshape(node),
        _ => null,
    };

    private ConvolutionStage? Convolution(OnnxNode node)
    {
        var bias = Weight(node, 2);
        return Weight(node, 1) is { } weight && weight.dim() == 4 && Padding(node) is { } padding && (bias is not null || Lacks(node, 2))
            ? new ConvolutionStage(weight, bias, new(
                node.Attributes.Ints("strides") ?? [1, 1], padding, node.Attributes.Ints("dilations") ?? [1, 1], node.Attributes.Int("group", 1)))
            : null;
    }

    private NormalisationStage? Normalisation(OnnxNode node) =>
        Weight(node, 1) is { } weight && Weight(node, 2) is { } bias && Weight(node, 3) is { } mean && Weight(node, 4) is { } variance
            ? new NormalisationStage(new(weight, bias, mean, variance, node.Attributes.Float("epsilon", 1e-5)))
            : null;

    private MaximumStage? Maximum(OnnxNode node) =>
        node.Attributes.Ints("kernel_shape") is [var kernel, var other] && kernel == other && IsPlain(node)
            && (node.Attributes.Ints("strides") ?? [1, 1]) is [var stride, var across] && stride == across
            && Padding(node) is [var padding, var beside] && padding == beside && 2 * padding <= kernel
                ? new MaximumStage(kernel, stride, padding)
                : null;

    private AverageStage? Average(OnnxNode node) =>
        node.Attributes.Ints("kernel_shape") is { Length: 2 } kernel && IsPlain(node) && Padding(node) is [0, 0]
            ? new AverageStage(kernel, node.Attributes.Ints("strides") ?? [1, 1])
            : null;

    private GlobalAverageStage? PlaneMean(OnnxNode node)
    {
        var axes = node.Attributes.Ints("axes") ?? (node.Inputs.Length > 1 ? Integers(node.Inputs[1]) : null);
        return axes is [2, 3] or [-2, -1] or [-1, -2] ? new GlobalAverageStage(flat: !node.Attributes.Flag("keepdims", true)) : null;
    }

    private LinearStage? Gemm(OnnxNode node)
    {
        var attributes = node.Attributes;
        var bias = Weight(node, 2);
        return Weight(node, 1) is { } weight && weight.dim() == 2 && !attributes.Flag("transA")
            && attributes.Float("alpha", 1) == 1 && attributes.Float("beta", 1) == 1
            && (bias is null ? Lacks(node, 2) : bias.dim() == 1)
                ? new LinearStage(weight, bias, transposed: !attributes.Flag("transB"))
                : null;
    }

    /// <summary>To (N, features): the first size is that of the batch, whether it is written, copied or left open.</summary>
    private FlatteningStage? Reshape(OnnxNode node) =>
        node.Inputs.Length > 1 && !node.Attributes.Flag("allowzero")
            && Integers(node.Inputs[1]) is [var rows and (1 or 0 or -1), var features] && (features > 0 || (features == -1 && rows >= 0))
                ? new FlatteningStage(features)
                : null;

    private static bool Lacks(OnnxNode node, int input) => node.Inputs.Length <= input || node.Inputs[input] < 0;

    /// <summary>Whether windows lie within the input, with nothing between their entries.</summary>
    private static bool IsPlain(OnnxNode node) =>
        !node.Attributes.Flag("ceil_mode") && (node.Attributes.Ints("dilations") ?? [1, 1]).All(dilation => dilation == 1);

    /// <summary>Padding in both directions, where it is the same at both ends.</summary>
    private static long[]? Padding(OnnxNode node) =>
        node.Attributes.Text("auto_pad", "NOTSET") is "NOTSET" or ""
            && (node.Attributes.Ints("strides") ?? [1, 1]).Length == 2 && (node.Attributes.Ints("pads") ?? [0, 0, 0, 0]) is [var top, var left, var bottom, var right]
            && top == bottom && left == right
                ? [top, left]
                : null;

    private long[]? Integers(int slot) => constants(slot) is { Type: ScalarType.Int64 } value ? value.Integers() : null;

    /// <summary>The one number beside a node's live input, if that is all that is there and it is not trained.</summary>
    private double? Number(OnnxNode node)
    {
        var slot = node.Inputs.Single(input => !IsLive(input));
        // Numbers with dimensions in the file are weights.
        return constants(slot) is { Native: { } tensor } && tensor.numel() == 1 && ElementTypes.IsFloat(tensor.dtype)
            && (tensor.dim() == 0 || (tensor.dim() == 1 && !stored.ContainsKey(slot)))
                ? tensor.detach().cpu().to_type(ScalarType.Float64).reshape(1).item<double>()
                : null;
    }

    private Tensor? Weight(OnnxNode node, int input)
    {
        if (input >= node.Inputs.Length || !stored.TryGetValue(node.Inputs[input], out var value)
            || value.Native is not { dtype: ScalarType.Float32 or ScalarType.Float64 } weight || (weight.dtype != type && type == ScalarType.Float32))
        {
            return null;
        }

        if (weight.dtype == type)
        {
            return weight;
        }

        return _weights.TryGetValue(node.Inputs[input], out var copy) ? copy : _weights[node.Inputs[input]] = weight.detach().to_type(type);
    }
}
