using TorchSharp;
using static TorchSharp.torch;

namespace RobustnessGate.Attacks.Engine;

/// <summary>What a look at points has shown, for the samples that stand afterwards.</summary>
/// <param name="Losses">(n) for each objective.</param>
/// <param name="Goals">(n): how far each sample is from falling; see <see cref="Quarry.Goal"/>.</param>
/// <param name="Gradients">(n, …) for each objective, without NaN; none where none was asked for.</param>
public sealed record Feedback(IReadOnlyList<Tensor> Losses, Tensor Goals, IReadOnlyList<Tensor> Gradients)
{
    /// <summary>Batches one below the other.</summary>
    internal static Feedback Of(IReadOnlyList<Feedback> parts) => new(
        [.. parts[0].Losses.Select((_, i) => cat([.. parts.Select(part => part.Losses[i])], 0))],
        cat([.. parts.Select(part => part.Goals)], 0),
        [.. parts[0].Gradients.Select((_, i) => cat([.. parts.Select(part => part.Gradients[i])], 0))]);

    /// <summary>Certain rows of everything.</summary>
    internal Feedback Keep(Tensor index) => Each(rows => rows.index_select(0, index));

    internal Feedback MoveToOuterScope() => Each(rows => rows.MoveToOuterDisposeScope());

    private Feedback Each(Func<Tensor, Tensor> change) =>
        new([.. Losses.Select(change)], change(Goals), [.. Gradients.Select(change)]);
}
