using RobustnessGate.Models.Onnx.Proto;

namespace RobustnessGate.Models.Onnx;

/// <summary>Resolves a model's main graph: opset check, functions inlined, names to slots, dead nodes dropped.</summary>
internal sealed class GraphReader
{
    private readonly Dictionary<string, int> _slots = new(StringComparer.Ordinal);
    private readonly Dictionary<int, UnsupportedNode> _unsupported = [];
    private readonly List<OnnxNode> _nodes = [];

    private GraphReader()
    {
    }

    /// <param name="outputs">Names of the values wanted; the graph's own outputs where null.</param>
    /// <exception cref="UnsupportedNodesException">Some live nodes cannot be run.</exception>
    /// <exception cref="UnsupportedException">An input is not a tensor.</exception>
    /// <exception cref="InvalidDataException">The graph contradicts itself.</exception>
    public static OnnxGraph Read(ModelProto model, IReadOnlyList<string>? outputs = null) =>
        new GraphReader().Resolve(model, outputs ?? [.. model.Graph.Output.Select(output => output.Name)]);

    private OnnxGraph Resolve(ModelProto model, IReadOnlyList<string> wanted)
    {
        var graph = model.Graph;
        var constants = graph.Initializer.Select(tensor => (Slot: Define(tensor.Name), Tensor: tensor)).ToList();
        var initialised = graph.Initializer.Select(tensor => tensor.Name).ToHashSet(StringComparer.Ordinal);
        var inputs = graph.Input.Where(input => !initialised.Contains(input.Name)).Select(Input).ToList();
        foreach (var node in FunctionInliner.Inline(model))
        {
            Add(node);
        }

        var outputs = wanted.Select(name => Lookup(name, "the graph's output")).ToList();
        var live = Live(outputs);
        var nodes = _nodes.Where((_, index) => live.Contains(index)).ToList();
        var unsupported = live.Order().Where(_unsupported.ContainsKey).Select(index => _unsupported[index]).ToList();
        if (unsupported.Count > 0)
        {
            throw new UnsupportedNodesException(unsupported);
        }

        var read = nodes.SelectMany(node => node.Inputs).Concat(outputs).ToHashSet();
        return new OnnxGraph(
            _slots.Count, inputs, outputs, [.. constants.Where(constant => read.Contains(constant.Slot))], nodes);
    }

    private OnnxInput Input(ValueInfoProto input)
    {
        var type = input.Type?.TensorType
            ?? throw new UnsupportedException($"input '{input.Name}' is not a tensor");
        return new OnnxInput(Define(input.Name), input.Name, type.ElemType, Shape(type.Shape));
    }

    private static long[]? Shape(TensorShapeProto? shape) =>
        shape is null ? null : [.. shape.Dim.Select(dim => dim.HasDimValue && dim.DimValue >= 0 ? dim.DimValue : -1)];

    private void Add(ScopedNode scoped)
    {
        var (node, opset) = scoped;
        var display = OnnxNode.Describe(node.OpType, node.Domain, node.Name);
        int[] inputs = [.. node.Input.Select(name => name.Length == 0 ? -1 : Lookup(name, display))];
        int[] outputs = [.. node.Output.Select(name => name.Length == 0 ? -1 : Define(name))];
        var index = _nodes.Count;
        if (OperatorTable.Find(scoped.Domain, node.OpType, opset) is { } found)
        {
            _nodes.Add(new OnnxNode(node.Name, node.OpType, scoped.Domain, opset, found, new Attributes(node.Attribute), inputs, outputs));
            if (found.Refuses?.Invoke(_nodes[index]) is { } reason)
            {
                _unsupported.Add(index, new UnsupportedNode(display, reason));
            }

            return;
        }

        _nodes.Add(new OnnxNode(node.Name, node.OpType, scoped.Domain, opset, OperatorTable.Unknown, Attributes.None, inputs, outputs));
        _unsupported.Add(index, new UnsupportedNode(display, OperatorTable.Knows(scoped.Domain, node.OpType) ? $"in opset {opset}" : null));
    }

    private int Define(string name) =>
        _slots.TryAdd(name, _slots.Count)
            ? _slots[name]
            : throw new InvalidDataException($"value '{name}' is defined twice");

    private int Lookup(string name, string reader) =>
        _slots.TryGetValue(name, out var slot)
            ? slot
            : throw new InvalidDataException($"{reader} reads '{name}', which nothing before it computes");

    /// <summary>Indices of the nodes that the outputs depend on.</summary>
    private HashSet<int> Live(IEnumerable<int> outputs)
    {
        var needed = outputs.ToHashSet();
        var live = new HashSet<int>();
        for (var index = _nodes.Count - 1; index >= 0; index--)
        {
            if (_nodes[index].Outputs.Any(needed.Contains))
            {
                live.Add(index);
                needed.UnionWith(_nodes[index].Inputs.Where(slot => slot >= 0));
            }
        }

        return live;
    }
}
