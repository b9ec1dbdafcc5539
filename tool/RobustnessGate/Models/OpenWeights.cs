using TorchSharp;
using static TorchSharp.torch;

namespace RobustnessGate.Models;

/// <summary>A classifier's weights as leaves that require a gradient.</summary>
internal static class OpenWeights
{
    /// <summary>Moves the weights to a device and asks for their gradients.</summary>
    /// <returns>In the network's order, named and shaped as in its file.</returns>
    public static IReadOnlyList<(string Name, Tensor Value)> Of(Classifier classifier, Device device)
    {
        // A network moves to where its inputs are; its weights must be there before anyone takes them.
        using (no_grad())
        {
            classifier.Logits(zeros([1, .. classifier.Input.Shape.Select(size => (long)size)], device: device)).Dispose();
        }

        var weights = ((ITrainableNetwork)classifier.Network).Weights;
        foreach (var (_, value) in weights)
        {
            value.requires_grad = true;
        }

        return weights;
    }

    /// <summary>Why the weights are not available, what follows, and the way out; null where they can.</summary>
    /// <param name="so">What follows: a main clause.</param>
    public static string? Obstacle(INetwork network, string so) => network is ITrainableNetwork { Weights.Count: > 0 }
        ? null
        : $"the model has no weights: they are frozen into its graph, so {so}. " + (network.Format == "torchscript"
            ? "Give the scripted or traced model as it was before torch.jit.freeze."
            : "Export it with its weights as initialisers.");
}
