using RobustnessGate.Attacks;
using RobustnessGate.Maths;
using RobustnessGate.Tests.Evaluation;

namespace RobustnessGate.Tests.Attacks;

/// <summary>On a linear model the best perturbation in ℓ∞ and the box is known: every feature as far as it may go.</summary>
public class LinearModelTests
{
    private const int Features = 64;

    private static readonly double[] Radii = [0.01, 0.03, 0.05, 0.1];

    public static TheoryData<Attack> AllWhoReachTheCorner =>
        [new Fgsm(), new Bim(), new CwLinf(), new Pgd(), new Pgd(Steps: 20, Restarts: 2), new Bim(Steps: 4, StepSize: 0.15), new NiFgsm()];

    [Theory]
    [MemberData(nameof(AllWhoReachTheCorner))]
    public void Of_two_classes_every_attack_reaches_the_closed_form(Attack attack)
    {
        var (weights, bed) = Bed(classes: 2, spread: 1);
        foreach (var epsilon in Radii)
        {
            var facts = bed.Run(Evaluation.Bed.Entry(attack, epsilon));
            Assert.Equal(Expected(weights, bed, epsilon), facts.Attacks[0].Bits.ToArray());
        }
    }

    [Fact]
    public void Of_ten_classes_no_attack_beats_the_closed_form_and_small_decreasing_steps_come_close()
    {
        var (weights, bed) = Bed(classes: 10, spread: 1);
        double[] radii = [0.005, 0.01, 0.02];
        var few = bed.Pick(Enumerable.Range(0, 50));
        var least = radii.Select(epsilon => Expected(weights, few, epsilon).Count(robust => robust)).ToArray();
        Assert.All(least, count => Assert.InRange(count, 2, 48));
        foreach (var attack in AttackCatalog.All.Where(attack => attack is not (AutoAttack or Square or Spsa) && attack.Norms.Contains(Norm.Linf)))
        {
            var entry = Evaluation.Bed.Entry(attack, 1) with { Epsilons = [.. radii.Select(Epsilon.Of)] };
            Assert.All(few.Run(entry).Attacks.Zip(least), pair => Assert.True(pair.First.Bits.Ones >= pair.Second, pair.First.Id));
        }

        foreach (var epsilon in radii)
        {
            var expected = Expected(weights, bed, epsilon).Count(robust => robust);
            var closest = bed.Run(Evaluation.Bed.Entry(new CwLinf(Steps: 100), epsilon)).Attacks[0].Bits.Ones;
            Assert.InRange(closest, expected, expected * 1.01);
        }
    }

    [Fact]
    public void Linear_radius_is_exact()
    {
        var (weights, bed) = Bed(classes: 10, spread: 1);
        var radii = (bed with { Indicator = 50 }).Run().Indicator!.PerSample["linearRadius"];
        for (var i = 0; i < 50; i++)
        {
            var (leads, slopes) = Competitors(weights, bed, i);
            var expected = leads.Zip(slopes, (lead, slope) => lead / slope.Sum(Math.Abs)).Min();
            Assert.Equal(expected, radii[i]!.Value, Math.Abs(expected) * 1e-6);
        }
    }

    private static (float[] Weights, Bed Bed) Bed(int classes, float spread)
    {
        var weights = Networks.Uniform($"weights{classes}", classes * Features, -spread, spread);
        var network = Networks.Linear(weights, new float[classes]);
        return (weights, Networks.Labelled(network, $"images{classes}", 500, Features));
    }

    /// <summary>Robust where no competitor can close its gap: Z_t − Z_i &gt; Σ|w_j|·min(ε, room_j).</summary>
    private static bool[] Expected(float[] weights, Bed bed, double epsilon) =>
    [
        .. Enumerable.Range(0, bed.Labels.Length).Select(sample =>
        {
            var (leads, slopes) = Competitors(weights, bed, sample);
            return leads.Zip(slopes).All(competitor => competitor.First > competitor.Second.Select((w, j) =>
            {
                var x = bed.Values[(sample * Features) + j];
                return Math.Abs(w) * Math.Min(epsilon, w > 0 ? x : 1 - x);
            }).Sum());
        }),
    ];

    /// <summary>Lead and weight difference over every other class.</summary>
    private static (double[] Leads, double[][] Slopes) Competitors(float[] weights, Bed bed, int sample)
    {
        var label = bed.Labels[sample];
        var slopes = Enumerable.Range(0, weights.Length / Features).Where(i => i != label)
            .Select(i => Enumerable.Range(0, Features)
                .Select(j => (double)weights[(label * Features) + j] - weights[(i * Features) + j]).ToArray()).ToArray();
        var leads = slopes.Select(w => w.Select((value, j) => value * bed.Values[(sample * Features) + j]).Sum()).ToArray();
        return (leads, slopes);
    }
}
