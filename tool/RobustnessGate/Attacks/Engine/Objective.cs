using static TorchSharp.torch;

namespace RobustnessGate.Attacks.Engine;

/// <summary>What a search climbs: logits (m, K) of a slice of the rows → (m), each of its own row alone.</summary>
/// <param name="logits">(m, K).</param>
/// <param name="slice">Which rows these are: <c>slice.Of(search.Classes)</c> are their classes.</param>
/// <remarks>Of a loss by <see cref="Search.Towards"/>; written out where it looks at more than logits and classes.</remarks>
public delegate Tensor Objective(Tensor logits, Slice slice);
