using RobustnessGate.Maths;
using TorchSharp;
using static TorchSharp.torch;

namespace RobustnessGate.Surfaces;

/// <summary>What adversarial directions climb (Yu et al. 2018, Eq. 3).</summary>
internal static class Objectives
{
    /// <summary>
    /// Cross-entropy of the true class, log-probability of the least likely class, or −L. Eq. 3 as printed, y_t·log softmax(Z),
    /// would climb the true class's own probability; what is meant, and done here, is to climb its negative.
    /// </summary>
    /// <param name="logits">(N, K).</param>
    /// <param name="classes">(N): t.</param>
    /// <returns>(N), greater for worse.</returns>
    public static Tensor Of(DirectionKind kind, Tensor logits, Tensor classes)
    {
        using var scope = NewDisposeScope();
        var value = kind switch
        {
            DirectionKind.CrossEntropy => Losses.CrossEntropy(logits, classes),
            DirectionKind.LeastLikely => -Losses.CrossEntropy(logits, logits.detach().argmin(1)),
            DirectionKind.Margin => -Margin.Of(logits, classes),
            _ => throw new ArgumentException($"'{kind.Name()}' climbs nothing"),
        };
        return value.MoveToOuterDisposeScope();
    }
}
