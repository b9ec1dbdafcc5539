using System.Collections.Immutable;

namespace RobustnessGate.Models.Onnx;

/// <summary>Which nodes stand between the input's values and the output, and which of them stop the gradient.</summary>
internal static class GradientPath
{
    /// <summary>The part of a model's card that the graph alone tells.</summary>
    public static ModelCard Describe(OnnxGraph graph, bool straightThrough)
    {
        var reached = graph.Inputs.Select(input => input.Slot).ToHashSet();
        var blocking = ImmutableArray.CreateBuilder<string>();
        foreach (var node in graph.Nodes.Where(node => node.Inputs.Any(reached.Contains) && !node.Operator.ShapeOnly))
        {
            reached.UnionWith(node.Outputs.Where(slot => slot >= 0));
            if (node.Operator.ZeroGradient(node) && !(straightThrough && node.Operator.HasStraightThrough))
            {
                blocking.Add(node.Display);
            }
        }

        return ModelCard.Empty with
        {
            Operators = graph.Nodes.GroupBy(node => node.Op, StringComparer.Ordinal)
                .ToImmutableSortedDictionary(group => group.Key, group => group.Count(), StringComparer.Ordinal),
            NonDifferentiable = blocking.ToImmutable(),
        };
    }
}
