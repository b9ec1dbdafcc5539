using TorchSharp;
using static TorchSharp.torch;

namespace RobustnessGate.Maths;

/// <summary>The decision function L (Yu et al. 2018, Eq. 2) and its like: how far a logit leads all the others.</summary>
internal static class Margin
{
    /// <summary>Margins below this can change their sign from one environment to another.</summary>
    public const double Near = 1e-4;

    /// <summary>L = Z_t − max_{i≠t} Z_i: positive exactly where the class leads.</summary>
    /// <param name="logits">(N, K), K ≥ 2.</param>
    /// <param name="classes">(N) int64: t of each row.</param>
    /// <returns>(N), of the logits' type.</returns>
    public static Tensor Of(Tensor logits, Tensor classes)
    {
        using var scope = NewDisposeScope();
        var index = classes.unsqueeze(1);
        var own = logits.gather(1, index).squeeze(1);
        return (own - Others(logits, index).amax(1)).MoveToOuterDisposeScope();
    }

    /// <summary>Logits with the class's own one at −∞: (N, K) and (N, 1) → (N, K).</summary>
    internal static Tensor Others(Tensor logits, Tensor index)
    {
        using var scope = NewDisposeScope();
        var least = full_like(index, double.NegativeInfinity, dtype: logits.dtype);
        return logits.scatter(1, index, least).MoveToOuterDisposeScope();
    }
}
