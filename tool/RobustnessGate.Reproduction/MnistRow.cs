using System.Collections.Immutable;
using RobustnessGate.Regimes;

namespace RobustnessGate.Reproduction;

/// <summary>
/// Table 1's rows in its order, and what it lacks: adversarial training with fresh examples at each step, and the two
/// rows that the paper has for CIFAR-10 alone.
/// </summary>
internal static class MnistRow
{
    /// <summary>ε and step of every adversarial training: "10 iterations, step size = 0.1, ℓ∞ = 0.3" (Section 8.3).</summary>
    private const double Radius = 0.3;
    private const double PaperStep = 0.1;

    public static readonly PaperRow Natural = new(
        "natural", "Natural Model", new Natural(), 10, [99.1, 67.3, 12.9, 4.7, 22.5, 0.0, 0.0, 21.6, 0.0, 0.0]);

    public static readonly PaperRow Ours = new(
        "ours", "Ours", new Jacobian(0.01), 25, [98.4, 91.6, 70.3, 41.6, 88.1, 64.9, 26.7, 89.2, 72.6, 37.6]);

    public static readonly PaperRow MinMax = new(
        "minmax", "MinMax", new MinMax(Radius), 12, []);

    public static readonly ImmutableArray<PaperRow> All =
    [
        Natural,
        new("advtrain-once", "AdvTrain (crafted once)", new Adversarial(Craft.Once, Radius, StepSize: PaperStep), 10,
            [99.1, 73.0, 52.7, 10.9, 62.0, 6.5, 0.0, 71.09, 17.0, 2.1]),
        new("advtrain-online", "AdvTrain (crafted online)", new Adversarial(Craft.Online, Radius, StepSize: PaperStep), 8, []),
        new("crossentropy", "CrossEntropy", new Gradient(3), 25, [99.2, 91.6, 60.4, 18.3, 87.9, 19.9, 0.0, 88.09, 20.0, 0.0]),
        Ours,
        new("ours-advtrain", "Ours+AdvTrain", new JacobianAdversarial(0.01, Epsilon: Radius, StepSize: PaperStep), 8, []),
        MinMax,
    ];
}
