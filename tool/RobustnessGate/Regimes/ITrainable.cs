using RobustnessGate.LinearMaps;
using static TorchSharp.torch;

namespace RobustnessGate.Regimes;

/// <summary>A classifier whose weights can be changed: what a training works on.</summary>
internal interface ITrainable : IDisposable
{
    /// <summary>What training changes: leaf tensors that require a gradient, in a fixed order with unique names.</summary>
    IReadOnlyList<(string Name, Tensor Value)> Weights { get; }

    /// <summary>What training changes without gradients: the running statistics of batch normalisation.</summary>
    IReadOnlyList<(string Name, Tensor Value)> Statistics { get; }

    /// <summary>
    /// Whether an output depends on the other samples of its batch while <see cref="Training"/> (batch normalisation).
    /// A gradient with respect to the input is then that of the whole batch's value.
    /// </summary>
    bool CouplesSamples { get; }

    /// <summary>Whether batch statistics are used and updated.</summary>
    bool Training { get; set; }

    /// <summary>Whether it runs layer by layer in code of ours, so that single convolutions can be computed in another way.</summary>
    internal bool IsOwnGraph => false;

    /// <summary>What tells it from another network of the same weights; null for one that never was a file.</summary>
    internal TrainableOrigin? Origin => null;

    /// <summary>
    /// A forward pass that keeps the linear map which the network is at these inputs at first order, in the mode that it is
    /// in; null for a network whose layers are not known.
    /// </summary>
    /// <param name="x">(N, …input) in raw input units.</param>
    internal Linearisation? Linearise(Tensor x) => null;

    /// <summary>(N, …input) in raw input units → logits (N, K), differentiable with respect to input and weights.</summary>
    Tensor Logits(Tensor x);
}

internal static class Trainables
{
    /// <summary>Runs something with running statistics in force, and puts the mode back.</summary>
    public static T Evaluating<T>(this ITrainable network, Func<T> work)
    {
        var before = network.Training;
        network.Training = false;
        try
        {
            return work();
        }
        finally
        {
            network.Training = before;
        }
    }

    /// <summary>Weights and statistics: everything that tells one state of the network from another.</summary>
    public static IEnumerable<(string Name, Tensor Value)> State(this ITrainable network) =>
        network.Weights.Concat(network.Statistics);
}
