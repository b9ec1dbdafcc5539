using RobustnessGate.Attacks.Engine;
using TorchSharp;
using static TorchSharp.torch;

namespace RobustnessGate.Attacks;

/// <summary>The wrong classes of each robust sample, most likely first by the clean logits.</summary>
internal sealed class Rivals : SearchState
{
    private readonly PerSample _ranked;
    private readonly PerSample _chosen;

    public Rivals(Search search, int most)
        : base(search)
    {
        using var scope = NewDisposeScope();
        Count = (int)Math.Min(most, search.CleanLogits.shape[1] - 1);
        // The true class is put last, wherever it ranks.
        var own = zeros_like(search.CleanLogits, dtype: ScalarType.Bool)
            .scatter(1, search.Classes.unsqueeze(1), ones([search.Classes.shape[0], 1], dtype: ScalarType.Bool, device: search.Clean.device));
        _ranked = Track(search.CleanLogits.masked_fill(own, double.NegativeInfinity).argsort(1, descending: true));
        _chosen = Track(_ranked.Value.select(1, 0).clone());
    }

    /// <summary>How many classes there are to aim at.</summary>
    public int Count { get; }

    /// <summary>(n) int64: the class aimed at.</summary>
    public Tensor Chosen => _chosen.Value;

    /// <summary>(n) int64: the wrong class of this rank, 0 the most likely; a view.</summary>
    public Tensor Ranked(int rank) => _ranked.Value.select(1, rank);

    /// <summary>Aims at a class of its own for each sample.</summary>
    /// <param name="ranks">(n) int64.</param>
    public void Choose(Tensor ranks)
    {
        using var scope = NewDisposeScope();
        _chosen.Value = _ranked.Value.gather(1, ranks.unsqueeze(1)).squeeze(1);
    }

    /// <summary>Z_a − Z_t of each sample towards a wrong class a, as an objective: the boundary towards a is where it is 0.</summary>
    /// <param name="search">Whose samples.</param>
    /// <param name="towards">Gives (n) int64: the a of each sample left.</param>
    public static Objective Gap(Search search, Func<Tensor> towards) => (logits, slice) =>
    {
        using var scope = NewDisposeScope();
        var gap = logits.gather(1, slice.Of(towards()).unsqueeze(1)) - logits.gather(1, slice.Of(search.Classes).unsqueeze(1));
        return gap.squeeze(1).MoveToOuterDisposeScope();
    };

    /// <summary>Aims at the class of this rank, 0 the most likely.</summary>
    public void Choose(int rank)
    {
        using var scope = NewDisposeScope();
        _chosen.Value = _ranked.Value.select(1, rank).clone();
    }
}
