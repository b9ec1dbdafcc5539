using RobustnessGate.LinearMaps;
using RobustnessGate.Policies;
using TorchSharp;
using static TorchSharp.torch;

namespace RobustnessGate.Models;

/// <summary>A network whose weights can be changed, and written back in the format in which they came.</summary>
internal interface ITrainableNetwork : INetwork
{
    /// <summary>
    /// Leaf tensors in a fixed order, named as in the file, frozen until someone asks for their gradients. Empty where
    /// they are folded into the graph.
    /// </summary>
    IReadOnlyList<(string Name, Tensor Value)> Weights { get; }

    /// <summary>
    /// The network as a graph of stages over its weights, or over copies of them in another type; null where it is none, or
    /// where that is not known. Copies live as long as the innermost dispose scope.
    /// </summary>
    StageGraph? Stages(ScalarType type) => null;

    /// <summary>
    /// The file that holds the weights (<see cref="ModelSection.WeightsFile"/>) with those of now; everything else in it
    /// stays. Null where no file holds them.
    /// </summary>
    byte[]? Rewritten(ModelSection model);
}
