using RobustnessGate.Evaluation;
using TorchSharp;
using static TorchSharp.torch;

namespace RobustnessGate.Surfaces;

/// <summary>Answers of a network that may be randomised, with the graph to their inputs.</summary>
internal static class MeanAnswer
{
    /// <summary>(n, …) → (n, K): the mean of <see cref="Oracle.Draws"/> answers, as the oracle's own without a graph.</summary>
    public static Tensor Logits(Oracle oracle, Tensor points)
    {
        using var scope = NewDisposeScope();
        var total = oracle.Classifier.Logits(points);
        for (var draw = 1; draw < oracle.Draws; draw++)
        {
            total = total + oracle.Classifier.Logits(points);
        }

        return (oracle.Draws > 1 ? total / oracle.Draws : total).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// Lets a randomised network draw from the start of a stream, so that a surface does not depend on what was computed
    /// before it. Such a network draws from the tensor library's own generator.
    /// </summary>
    public static void Reseed(Oracle oracle, long seed)
    {
        if (oracle.Draws > 1)
        {
            manual_seed(seed);
        }
    }
}
