using RobustnessGate.Diagnostics;
using RobustnessGate.Models;
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
        if (OpenWeights.Obstacle(classifier.Network, "there is no plane to lay through them") is { } obstacle)
        {
            throw MistakeException.InFile("RG0490", ShownPath.Of(path), obstacle);
        }

        return new(OpenWeights.Of(classifier, device), classifier.Logits);
    }
}
