using TorchSharp;
using static TorchSharp.torch;

namespace RobustnessGate.Maths;

/// <summary>What an attack climbs. Summed over samples, never averaged: a mean would underflow first.</summary>
public enum Loss
{
    /// <summary>Cross-entropy of the true class (Goodfellow et al. 2015).</summary>
    Ce,

    /// <summary>−L of Eq. 2 (Yu et al. 2018, "C&amp;W"; Carlini and Wagner 2017): linear in the logits, so it cannot saturate.</summary>
    Margin,

    /// <summary>Difference-of-logits ratio (Croce and Hein 2020): shift- and scale-free.</summary>
    Dlr,
}

/// <summary>A loss: logits and classes → (N), each of its own row alone. Greater is worse for the class.</summary>
/// <param name="logits">(N, K).</param>
/// <param name="classes">(N) int64.</param>
public delegate Tensor LossFunction(Tensor logits, Tensor classes);

/// <summary>Loss functions of logits, each (N, K) and (N) → (N). Greater is worse for the class.</summary>
internal static class Losses
{
    /// <summary>The loss of a name.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A name without a loss.</exception>
    public static LossFunction Of(Loss loss) => loss switch
    {
        Loss.Ce => CrossEntropy,
        Loss.Margin => NegativeMargin,
        Loss.Dlr => Dlr,
        _ => throw new ArgumentOutOfRangeException(nameof(loss), loss, "unknown loss"),
    };

    /// <summary>−L = max_{i≠t} Z_i − Z_t; see <see cref="Margin.Of"/>.</summary>
    /// <param name="logits">(N, K).</param>
    /// <param name="classes">(N) int64: t.</param>
    /// <returns>(N).</returns>
    public static Tensor NegativeMargin(Tensor logits, Tensor classes)
    {
        using var scope = NewDisposeScope();
        return (-Margin.Of(logits, classes)).MoveToOuterDisposeScope();
    }

    /// <summary>−log softmax(Z)_t.</summary>
    /// <param name="logits">(N, K).</param>
    /// <param name="classes">(N) int64: t.</param>
    /// <returns>(N).</returns>
    public static Tensor CrossEntropy(Tensor logits, Tensor classes)
    {
        using var scope = NewDisposeScope();
        return (-nn.functional.log_softmax(logits, 1).gather(1, classes.unsqueeze(1)).squeeze(1)).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// −(Z_t − max_{i≠t} Z_i) / (Z_(1) − Z_(3)), Z_(k) the k-th greatest logit (Croce and Hein 2020, Eq. 6).
    /// With two classes there is no third and the margin itself is used. The denominator is floored at 1e-6 of the
    /// greatest magnitude, where the published form divides by nearly zero.
    /// </summary>
    public static Tensor Dlr(Tensor logits, Tensor classes)
    {
        using var scope = NewDisposeScope();
        var margin = Margin.Of(logits, classes);
        if (logits.shape[1] < 3)
        {
            return (-margin).MoveToOuterDisposeScope();
        }

        var top = logits.topk(3, 1).values;
        var spread = top.select(1, 0) - top.select(1, 2);
        var floor = (logits.detach().abs().amax(1) + 1) * 1e-6;
        return (-margin / maximum(spread, floor)).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// −(Z_t − Z_a) / (Z_(1) − ½(Z_(3) + Z_(4))) towards a class a (Croce and Hein 2020, Eq. 7). With three classes the
    /// denominator is Z_(1) − Z_(3), with two there is none.
    /// </summary>
    /// <param name="logits">(N, K).</param>
    /// <param name="classes">(N): t.</param>
    /// <param name="towards">(N): a.</param>
    public static Tensor TargetedDlr(Tensor logits, Tensor classes, Tensor towards)
    {
        using var scope = NewDisposeScope();
        var gap = logits.gather(1, towards.unsqueeze(1)).squeeze(1) - logits.gather(1, classes.unsqueeze(1)).squeeze(1);
        if (logits.shape[1] < 3)
        {
            return gap.MoveToOuterDisposeScope();
        }

        var top = logits.topk((int)Math.Min(4, logits.shape[1]), 1).values;
        var lower = logits.shape[1] > 3 ? (top.select(1, 2) + top.select(1, 3)) / 2 : top.select(1, 2);
        var floor = (logits.detach().abs().amax(1) + 1) * 1e-6;
        return (gap / maximum(top.select(1, 0) - lower, floor)).MoveToOuterDisposeScope();
    }
}
