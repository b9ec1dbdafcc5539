using RobustnessGate.Maths;
using TorchSharp;
using static TorchSharp.torch;

namespace RobustnessGate.Attacks.Engine;

/// <summary>What it means for a sample to be broken: decided here for clean samples, in searches and in the verdict.</summary>
/// <param name="Targeted">Whether success means a certain class instead of any wrong one.</param>
internal readonly record struct Criterion(bool Targeted)
{
    /// <summary>Of the logits' magnitude: several times what float32 rounding was seen to move a margin by.</summary>
    public const double Slack = 1e-5;

    /// <summary>How far each sample is from being broken: L of Eq. 2 (Yu et al. 2018), or what the target lacks.</summary>
    /// <param name="logits">(n, K).</param>
    /// <param name="classes">(n) int64: the class to leave, or the one to reach.</param>
    /// <returns>(n), of the logits' type.</returns>
    public Tensor Margins(Tensor logits, Tensor classes)
    {
        using var scope = NewDisposeScope();
        var margin = Margin.Of(logits, classes);
        return (Targeted ? -margin : margin).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// Whether an exact margin means that the sample was broken: its class no longer leads all others (a tie is wrong),
    /// or the target leads them. NaN is adversarial.
    /// </summary>
    public bool IsAdversarial(double margin) => Targeted ? !(margin >= 0) : !(margin > 0);

    /// <summary>What rounding may move a margin by. Relative alone: a network may have logits as small as it likes.</summary>
    /// <param name="scale">Greatest magnitude of the logits.</param>
    public static double Tolerance(double scale, double slack = Slack) => slack * scale;

    /// <summary>Whether the sample was broken whatever rounding did; NaN is.</summary>
    public static bool IsSurelyAdversarial(double margin, double tolerance) => !(margin > -tolerance);

    /// <summary>Whether it was broken, or may have been: only a better look can tell.</summary>
    public static bool MayBeAdversarial(double margin, double tolerance) => !(margin > tolerance);

    /// <summary>Whether rounding may have changed the margin's sign. NaN is no matter of rounding.</summary>
    public static bool IsUncertain(double margin, double tolerance) => Math.Abs(margin) <= tolerance;
}
