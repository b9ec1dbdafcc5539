namespace RobustnessGate.Models.Onnx;

/// <summary>A node, and the slots that nobody reads after it.</summary>
internal sealed record Step(OnnxNode Node, int[] Released);

/// <summary>A graph's nodes in two lists: those that only constants feed, and those that the input reaches.</summary>
/// <param name="Constant">Run once; releases what no live node reads.</param>
/// <param name="Live">Run for every batch; constants are never released.</param>
internal sealed record GraphSplit(IReadOnlyList<Step> Constant, IReadOnlyList<Step> Live)
{
    public static GraphSplit Of(OnnxGraph graph)
    {
        var reached = graph.Inputs.Select(input => input.Slot).ToHashSet();
        var live = new List<OnnxNode>();
        var constant = new List<OnnxNode>();
        foreach (var node in graph.Nodes)
        {
            var depends = node.Inputs.Any(reached.Contains);
            (depends ? live : constant).Add(node);
            if (depends)
            {
                reached.UnionWith(node.Outputs.Where(slot => slot >= 0));
            }
        }

        var outputs = graph.Outputs.ToHashSet();
        var inputs = graph.Inputs.Select(input => input.Slot).ToHashSet();
        var readLater = live.SelectMany(node => node.Inputs).Concat(outputs).ToHashSet();
        return new GraphSplit(
            Steps(constant, slot => !readLater.Contains(slot)),
            Steps(live, slot => reached.Contains(slot) && !inputs.Contains(slot) && !outputs.Contains(slot)));
    }

    private static List<Step> Steps(List<OnnxNode> nodes, Func<int, bool> releasable)
    {
        var last = new Dictionary<int, int>();
        for (var index = 0; index < nodes.Count; index++)
        {
            foreach (var slot in nodes[index].Inputs.Concat(nodes[index].Outputs).Where(slot => slot >= 0))
            {
                last[slot] = index;
            }
        }

        return [.. nodes.Select((node, index) => new Step(node,
            [.. node.Inputs.Concat(node.Outputs).Distinct().Where(slot => slot >= 0 && last[slot] == index && releasable(slot))]))];
    }
}
