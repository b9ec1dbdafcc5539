using static TorchSharp.torch;

namespace RobustnessGate.Models;

/// <summary>A network as its file holds it: a differentiable function from preprocessed inputs to raw outputs.</summary>
internal interface INetwork : IDisposable
{
    /// <summary>"onnx", "torchscript" or "assembly".</summary>
    string Format { get; }

    /// <summary>Whether the network can also be evaluated in float64.</summary>
    bool SupportsDouble { get; }

    /// <summary>Number of trainable numbers.</summary>
    long Parameters { get; }

    /// <summary>Shape of one input as the file declares it, without the batch dimension; null where unknown or dynamic.</summary>
    IReadOnlyList<long>? InputShape { get; }

    /// <summary>Whether it runs node by node in code of ours, so that single convolutions can be computed in another way.</summary>
    bool IsOwnGraph => false;

    /// <summary>What was understood of the file.</summary>
    ModelCard Card => ModelCard.Empty;

    /// <summary>(N, …input) float32 or float64 → (N, K) of the same type. Parameters are frozen; the graph to the input is kept.</summary>
    Tensor Forward(Tensor input);
}
