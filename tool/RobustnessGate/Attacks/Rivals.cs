using RobustnessGate.Evaluation;
using TorchSharp;
using static TorchSharp.torch;

namespace RobustnessGate.Attacks;

/// <summary>The wrong classes of each standing sample, most likely first by the clean logits.</summary>
internal sealed class Rivals : IDisposable
{
    private readonly Pursuit _pursuit;
    private readonly Rows _ranked;
    private readonly Rows _chosen;

    public Rivals(Pursuit pursuit, int most)
    {
        using var scope = NewDisposeScope();
        _pursuit = pursuit;
        Count = (int)Math.Min(most, pursuit.CleanLogits.shape[1] - 1);
        // The true class is put last, wherever it ranks.
        var own = zeros_like(pursuit.CleanLogits, dtype: ScalarType.Bool)
            .scatter(1, pursuit.Classes.unsqueeze(1), ones([pursuit.Classes.shape[0], 1], dtype: ScalarType.Bool, device: pursuit.Clean.device));
        _ranked = pursuit.Track(pursuit.CleanLogits.masked_fill(own, double.NegativeInfinity).argsort(1, descending: true));
        _chosen = pursuit.Track(_ranked.Value.select(1, 0).clone());
    }

    /// <summary>How many classes there are to aim at.</summary>
    public int Count { get; }

    /// <summary>(n) int64: the class aimed at.</summary>
    public Tensor Chosen => _chosen.Value;

    /// <summary>Aims at the class of this rank, 0 the most likely.</summary>
    public void Choose(int rank)
    {
        using var scope = NewDisposeScope();
        _chosen.Value = _ranked.Value.select(1, rank).clone();
    }

    public void Dispose()
    {
        _pursuit.Release(_ranked);
        _pursuit.Release(_chosen);
    }
}
