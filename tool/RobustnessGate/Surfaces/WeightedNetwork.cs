using RobustnessGate.Gating;
using RobustnessGate.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace RobustnessGate.Surfaces;

/// <summary>A network with its weights laid open.</summary>
/// <param name="Weights">Leaf tensors that require a gradient, in a fixed order.</param>
/// <param name="Logits">(N, …input) in raw input units → (N, K), of samples that do not depend on their batch.</param>
internal sealed record WeightedNetwork(IReadOnlyList<(string Name, Tensor Value)> Weights, Func<Tensor, Tensor> Logits)
{
    /// <summary>Whether it answers the same question differently: then every point gets the same draws.</summary>
    public bool Randomised { get; init; }

    /// <param name="classifier">As loaded; not disposed.</param>
    /// <param name="path">Its file.</param>
    /// <exception cref="MistakeException">RG0490: the weights are no tensors of their own.</exception>
    public static WeightedNetwork Of(Classifier classifier, string path, Device device)
    {
        if (classifier.Network is not ITrainableNetwork { Weights.Count: > 0 } network)
        {
            throw MistakeException.InFile("RG0490", ShownPath.Of(path),
                "the model has no weights: they are frozen into its graph, so there is no plane to lay through them. Export an ONNX model with its weights as initialisers, or give a TorchScript model as it was before torch.jit.freeze.");
        }

        // A network moves to where its inputs are; its weights must be there before they are moved about.
        using (no_grad())
        {
            classifier.Logits(zeros([1, .. classifier.Input.Shape.Select(size => (long)size)], device: device)).Dispose();
        }

        foreach (var (_, value) in network.Weights)
        {
            value.requires_grad = true;
        }

        return new(network.Weights, classifier.Logits);
    }
}
