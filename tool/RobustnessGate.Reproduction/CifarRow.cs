using System.Collections.Immutable;
using RobustnessGate.Regimes;

namespace RobustnessGate.Reproduction;

/// <summary>Table 2's rows in its order.</summary>
internal static class CifarRow
{
    /// <summary>ε and step of every adversarial training: "10 iterations, step size = 1, ℓ∞ = 8 on pixel range 0 ~ 255" (Section 8.3).</summary>
    private const double Radius = 8 / 255.0;
    private const double PaperStep = 1 / 255.0;

    public static readonly PaperRow Natural = new(
        "natural", "Natural Model", new Natural(), 25, [87.2, 5.8, 2.4, 1.6, 0.7, 0.0, 0.0, 0.6, 0.0, 0.0]);

    public static readonly PaperRow Ours = new(
        "ours", "Ours", new Jacobian(0.01), 30, [84.2, 59.8, 41.9, 31.0, 54.6, 29.5, 20.3, 53.7, 29.8, 20.1]);

    public static readonly ImmutableArray<PaperRow> All =
    [
        Natural,
        new("advtrain-once", "AdvTrain (crafted once)", new Adversarial(Craft.Once, Radius, StepSize: PaperStep), 15,
            [84.5, 10.2, 5.8, 2.6, 1.4, 0.0, 0.0, 0.0, 0.0, 0.0]),
        new("crossentropy", "CrossEntropy", new Gradient(3), 25, [86.2, 19.1, 9.5, 6.1, 2.6, 0.7, 0.4, 2.1, 1.5, 1.4]),
        Ours,
        new("ours-advtrain", "Ours+AdvTrain", new JacobianAdversarial(0.01, Epsilon: Radius, StepSize: PaperStep), 12,
            [83.1, 68.5, 48.5, 38.2, 62.7, 39.3, 30.3, 60.5, 39.0, 30.3]),
        new("minmax", "MinMax", new MinMax(Radius, Steps: 7), 20, [79.4, 65.8, 55.6, 47.4, 64.2, 49.3, 41.1, 62.9, 48.5, 40.7]),
    ];
}
