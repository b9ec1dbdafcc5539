using RobustnessGate.Evaluation;
using TorchSharp;
using static TorchSharp.torch;

namespace RobustnessGate.Surfaces;

/// <summary>Answers of a network that may be randomised, with the graph to their inputs.</summary>
internal static class MeanLogits
{
    /// <summary>(n, …) → (n, K): the mean of <see cref="BatchedModel.Draws"/> answers, as the model's own without a graph.</summary>
    public static Tensor Logits(BatchedModel model, Tensor points)
    {
        using var scope = NewDisposeScope();
        var total = model.Classifier.Logits(points);
        for (var draw = 1; draw < model.Draws; draw++)
        {
            total = total + model.Classifier.Logits(points);
        }

        return (model.Draws > 1 ? total / model.Draws : total).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// Lets a randomised network draw from the start of a stream, so that a surface does not depend on what was computed
    /// before it. Such a network draws from the tensor library's own generator.
    /// </summary>
    public static void Reseed(BatchedModel model, long seed)
    {
        if (model.Draws > 1)
        {
            manual_seed(seed);
        }
    }
}
