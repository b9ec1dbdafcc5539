using RobustnessGate.Models.Onnx.Proto;

namespace RobustnessGate.Models.Onnx;

/// <summary>A node with the opset version that is in force where it stands.</summary>
internal sealed record ScopedNode(NodeProto Node, int Opset)
{
    public string Domain => OpsetVersions.Canonical(Node.Domain);
}

/// <summary>Replaces calls of a model's local functions by their bodies, to any depth.</summary>
internal sealed class FunctionInliner
{
    private readonly Dictionary<(string Domain, string Name), FunctionProto> _functions = [];
    private readonly HashSet<FunctionProto> _open = [];
    private readonly List<ScopedNode> _nodes = [];
    private int _calls;

    private FunctionInliner(ModelProto model)
    {
        foreach (var function in model.Functions)
        {
            _functions[(OpsetVersions.Canonical(function.Domain), function.Name)] = function;
        }
    }

    /// <exception cref="InvalidDataException">A function calls itself, or the bodies add up to more nodes than any classifier has.</exception>
    public static IReadOnlyList<ScopedNode> Inline(ModelProto model)
    {
        var inliner = new FunctionInliner(model);
        var versions = new OpsetVersions(model.OpsetImport);
        foreach (var node in model.Graph.Node)
        {
            inliner.Add(node, versions);
        }

        return inliner._nodes;
    }

    private void Add(NodeProto node, OpsetVersions versions)
    {
        if (!_functions.TryGetValue((OpsetVersions.Canonical(node.Domain), node.OpType), out var function))
        {
            _nodes.Add(new ScopedNode(node, versions.Of(node.Domain)));
            if (_nodes.Count > Limits.Nodes)
            {
                throw new InvalidDataException($"the graph has more than {Limits.Nodes} nodes");
            }

            return;
        }

        if (!_open.Add(function))
        {
            throw new InvalidDataException($"function '{function.Name}' calls itself");
        }

        var inner = new OpsetVersions(function.OpsetImport);
        var rename = Names(node, function, $"{node.Name}/{function.Name}#{_calls++}/");
        foreach (var body in function.Node)
        {
            Add(Bound(body, node, function, rename), inner);
        }

        _open.Remove(function);
    }

    /// <summary>Formal names become the caller's, inner names get a prefix of their own.</summary>
    private static Func<string, string> Names(NodeProto call, FunctionProto function, string prefix)
    {
        var names = new Dictionary<string, string>(StringComparer.Ordinal) { [""] = "" };
        for (var i = 0; i < function.Input.Count; i++)
        {
            names[function.Input[i]] = i < call.Input.Count ? call.Input[i] : "";
        }

        for (var i = 0; i < function.Output.Count; i++)
        {
            names[function.Output[i]] = i < call.Output.Count && call.Output[i].Length > 0 ? call.Output[i] : prefix + function.Output[i];
        }

        return name => names.TryGetValue(name, out var known) ? known : prefix + name;
    }

    private static NodeProto Bound(NodeProto body, NodeProto call, FunctionProto function, Func<string, string> rename)
    {
        var bound = new NodeProto { Name = rename(body.Name), OpType = body.OpType, Domain = body.Domain };
        bound.Input.Add(body.Input.Select(rename));
        bound.Output.Add(body.Output.Select(rename));
        foreach (var attribute in body.Attribute)
        {
            if (attribute.RefAttrName.Length == 0)
            {
                bound.Attribute.Add(attribute);
            }
            else if ((call.Attribute.FirstOrDefault(a => a.Name == attribute.RefAttrName)
                ?? function.AttributeProto.FirstOrDefault(a => a.Name == attribute.RefAttrName)) is { } given)
            {
                var copy = given.Clone();
                copy.Name = attribute.Name;
                bound.Attribute.Add(copy);
            }
        }

        return bound;
    }
}
