using static TorchSharp.torch;

namespace RobustnessGate.Attacks.Engine;

/// <summary>A run of consecutive rows.</summary>
public readonly record struct Slice(long Start, long Count)
{
    /// <summary>These rows of a tensor, as a view.</summary>
    /// <param name="rows">(n, …).</param>
    /// <returns>(<see cref="Count"/>, …), which lives no longer than the rows.</returns>
    public Tensor Of(Tensor rows) => rows.narrow(0, Start, Count);
}
