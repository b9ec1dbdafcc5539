using RobustnessGate.Models.Onnx.Proto;

namespace RobustnessGate.Models.Onnx;

/// <summary>A graph checked and resolved: every name a slot, every node an operator that exists, dead nodes dropped.</summary>
/// <param name="Slots">How many slots a run needs.</param>
/// <param name="Inputs">What the caller must provide, in file order; initialisers that are also listed as inputs are not among them.</param>
/// <param name="Constants">Slot and stored value of every initialiser that a live node reads.</param>
/// <param name="Nodes">Live nodes in an order in which every input is computed before it is read.</param>
internal sealed record OnnxGraph(
    int Slots,
    IReadOnlyList<OnnxInput> Inputs,
    IReadOnlyList<int> Outputs,
    IReadOnlyList<(int Slot, TensorProto Tensor)> Constants,
    IReadOnlyList<OnnxNode> Nodes);

/// <param name="Shape">Dimensions; −1 where symbolic or unknown; null where the file declares no shape.</param>
internal sealed record OnnxInput(int Slot, string Name, int ElementType, long[]? Shape);

/// <summary>A node that cannot be run, and why.</summary>
internal sealed record UnsupportedNode(string Display, string? Reason);

/// <summary>The graph has live nodes that cannot be run: all of them.</summary>
internal sealed class UnsupportedNodesException(IReadOnlyList<UnsupportedNode> nodes) : Exception("unsupported nodes")
{
    public IReadOnlyList<UnsupportedNode> Nodes { get; } = nodes;
}
