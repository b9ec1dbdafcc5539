using TorchSharp;
using static TorchSharp.torch;

namespace RobustnessGate.Attacks.Engine;

/// <summary>What a look at points has shown, for the samples that are robust afterwards.</summary>
/// <param name="Losses">(n) for each objective.</param>
/// <param name="Margins">(n): how far each sample is from being broken; see <see cref="Criterion.Margins"/>.</param>
/// <param name="Gradients">(n, …) for each objective, without NaN; none where none was asked for.</param>
public sealed record QueryResult(IReadOnlyList<Tensor> Losses, Tensor Margins, IReadOnlyList<Tensor> Gradients)
{
    /// <summary>(n): the first objective's loss.</summary>
    public Tensor Loss => Losses[0];

    /// <summary>(n, …): the first objective's gradient.</summary>
    public Tensor Gradient => Gradients[0];

    /// <summary>Batches one below the other.</summary>
    internal static QueryResult Of(IReadOnlyList<QueryResult> parts) => new(
        [.. parts[0].Losses.Select((_, i) => cat([.. parts.Select(part => part.Losses[i])], 0))],
        cat([.. parts.Select(part => part.Margins)], 0),
        [.. parts[0].Gradients.Select((_, i) => cat([.. parts.Select(part => part.Gradients[i])], 0))]);

    /// <summary>Some rows of everything.</summary>
    /// <param name="index">(m) int64, m ≤ n: their positions.</param>
    internal QueryResult Keep(Tensor index) => Each(rows => rows.index_select(0, index));

    internal QueryResult MoveToOuterScope() => Each(rows => rows.MoveToOuterDisposeScope());

    private QueryResult Each(Func<Tensor, Tensor> change) =>
        new([.. Losses.Select(change)], change(Margins), [.. Gradients.Select(change)]);
}
