using RobustnessGate.Attacks;
using RobustnessGate.Evaluation;
using RobustnessGate.Maths;
using RobustnessGate.Tests.Evaluation;

namespace RobustnessGate.Tests.Attacks;

/// <summary>Searches for the nearest adversarial point where the nearest one is known.</summary>
public class MinimalNormTests
{
    private const int Features = 16;
    private const int Count = 40;

    /// <summary>How much farther than the nearest point the median and the worst sample may be.</summary>
    public static TheoryData<Attack, Norm, double, double> Searches => new()
    {
        { new DeepFool(), Norm.L2, 1.021, 1.05 },
        { new DeepFool(), Norm.Linf, 1.021, 1.05 },
        { new DeepFool(Overshoot: 0), Norm.L2, 1.001, 1.01 },
        { new Ddn(), Norm.L2, 1.01, 1.06 },
        { new Ddn(Steps: 200, InitNorm: 0.05), Norm.L2, 1.01, 1.06 },
        { new Fmn(), Norm.L2, 1.005, 1.02 },
        { new Fmn(), Norm.Linf, 1.01, 1.03 },
        { new Fmn(), Norm.L1, 1.03, 1.2 },
        { new CwL2(Steps: 200, SearchSteps: 6, InitConst: 0.1), Norm.L2, 1.01, 1.05 },
        { new FabT(), Norm.L2, 1.01, 1.02 },
        { new FabT(), Norm.Linf, 1.01, 1.02 },
        { new FabT(), Norm.L1, 1.01, 1.02 },
    };

    [Theory]
    [MemberData(nameof(Searches))]
    public void On_a_linear_model_the_distance_is_the_closed_form(Attack attack, Norm norm, double median, double worst)
    {
        var (weights, bed) = Linear();
        var fact = bed.Run(Bed.Entry(attack, 0.05, norm)).Attacks[0];
        var ratios = Enumerable.Range(0, Count).Select(i => fact.Distances!.Value[i]!.Value / Nearest(weights, bed, i, norm)).Order().ToArray();
        Assert.InRange(ratios[0], 1 - 1e-4, worst);
        Assert.True(ratios[Count / 2] <= median && ratios[^1] <= worst, FormattableString.Invariant($"median {ratios[Count / 2]}, worst {ratios[^1]}"));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void No_search_changes_fewer_features_than_it_must(int which)
    {
        Attack attack = which == 0 ? new Fmn() : new Jsma(Gamma: 1);
        var (weights, bed) = Linear();
        var fact = bed.Run(Bed.Entry(attack, 3, Norm.L0)).Attacks[0];
        var excess = Enumerable.Range(0, Count).Select(i => fact.Distances!.Value[i]!.Value - FewestFeatures(weights, bed, i)).Order().ToArray();
        Assert.InRange(excess[0], 0, 1);
        Assert.InRange(excess[Count / 2], 0, 1);
        Assert.InRange(excess[^1], 0, which == 0 ? 3 : 4);
    }

    [Fact]
    public void One_run_gives_the_whole_curve()
    {
        var (_, bed) = Linear();
        var entry = Bed.Entry(new Fmn(Steps: 30), 0.1, Norm.L2) with { Epsilons = [Epsilon.Of(0.1), Epsilon.Of(0.02), Epsilon.Of(0.05)] };
        var facts = bed.Run(entry).Attacks;
        Assert.All(facts, fact => Assert.Equal(fact.Distances!.Value.Select(distance => !(distance <= fact.Epsilon)), fact.Bits));
        Assert.True(facts[0].Forwards >= Count * 31);
        Assert.Equal((0, 0), (facts[1].Forwards, facts[2].Backwards));
        Assert.True(facts[0].Bits.Ones < facts[2].Bits.Ones && facts[2].Bits.Ones < facts[1].Bits.Ones);
    }

    [Fact]
    public void What_ends_with_the_first_point_pays_for_no_more()
    {
        var (_, bed) = Linear();
        var fact = bed.Run(Bed.Entry(new DeepFool(), 0.1, Norm.L2)).Attacks[0];
        Assert.InRange(fact.Forwards, 2 * Count, 4 * Count);
        Assert.InRange(fact.Backwards, Count, 3 * Count);
    }

    [Fact]
    public void The_box_of_a_sample_limits_the_search_and_found_in_it_is_broken()
    {
        // The boundary lies at 0.5; the first sample's box reaches it and the second's does not.
        var network = Networks.Linear([-1f, 1f], [0.5f, -0.5f]);
        var bed = new Bed(network, [0.3f, 0.3f], [0, 0], [1]) { Lower = [0.2f, 0.2f], Upper = [0.9f, 0.4f] };
        foreach (var attack in new Attack[] { new Fmn(), new DeepFool(), new FabT() })
        {
            var entry = Bed.Entry(attack, 0.1) with { Epsilons = [Epsilon.Of(0.25), Epsilon.Box, Epsilon.Of(0.15)] };
            Assert.Equal(["00", "01", "11"], bed.Run(entry).Attacks.Select(fact => fact.Bits.ToString()));
        }
    }

    [Fact]
    public void A_target_is_reached_not_just_any_wrong_class()
    {
        var bed = Networks.Labelled(new HandNetwork("aim", Features, 12, 4).Network(), "aim", Count, Features);
        Attack[] attacks = [new DeepFool(), new Ddn(), new Fmn(), new CwL2(Steps: 100, SearchSteps: 5, InitConst: 0.1, StepSize: 0.05)];
        foreach (var attack in attacks)
        {
            var fact = bed.Run(Bed.Entry(attack, 10, Norm.L2, new Target.Class(2))).Attacks[0];
            Assert.Equal(fact.Bits, fact.Predictions.Select(prediction => prediction != 2));
            Assert.InRange(fact.Bits.Ones, 0, Count / 4);
        }

        var pairs = bed.Run(Bed.Entry(new Jsma(Gamma: 1), Features, Norm.L0, new Target.Class(2))).Attacks[0];
        Assert.Equal(pairs.Bits, pairs.Predictions.Select(prediction => prediction != 2));
        Assert.InRange(pairs.Bits.Ones, 0, Count / 2);
    }

    [Fact]
    public void Without_bounds_the_searches_are_free()
    {
        var (weights, bed) = Linear();
        var length = Math.Sqrt(weights.Sum(w => w * w));
        foreach (var attack in new Attack[] { new DeepFool(), new Ddn(), new Fmn(), new CwL2(Steps: 200, SearchSteps: 6, InitConst: 0.1) })
        {
            var fact = (bed with { Bounds = null }).Run(Bed.Entry(attack, 0.05, Norm.L2)).Attacks[0];
            Assert.All(Enumerable.Range(0, Count), i => Assert.InRange(fact.Distances!.Value[i]!.Value * length / Gap(weights, bed, i), 1 - 1e-4, 1.1));
        }
    }

    [Fact]
    public void Pairs_of_large_images_take_little_memory()
    {
        // All pairs of 150,528 features would take 84 GiB.
        int[] shape = [3, 224, 224];
        var features = shape.Aggregate(1, (a, b) => a * b);
        var weights = Networks.Uniform("large weights", 2 * features, -1, 1);
        var bed = Networks.Labelled(Networks.Linear(weights, [0, 0]), "large", 2, shape) with { Options = new EvaluationOptions(BatchSize: 2) };
        using var process = System.Diagnostics.Process.GetCurrentProcess();
        var before = process.PeakWorkingSet64;
        var fact = bed.Run(Bed.Entry(new Jsma(Gamma: 0.0002), 1000, Norm.L0)).Attacks[0];
        process.Refresh();
        Assert.InRange(process.PeakWorkingSet64 - before, 0, 2L << 30);
        Assert.InRange(fact.Forwards, 2, 2 * 16);
    }

    /// <summary>Two classes; the way to the boundary is neither tiny nor blocked by most of the box.</summary>
    private static (double[] Weights, Bed Bed) Linear()
    {
        var weights = Networks.Uniform("minimal weights", Features, -1, 1);
        var offset = -weights.Sum() / 2;
        var network = Networks.Linear([.. weights, .. weights.Select(w => -w)], [offset, -offset]);
        var bed = Networks.Labelled(network, "minimal", 3 * Count, Features);
        var near = Enumerable.Range(0, 3 * Count).OrderBy(i => Gap(weights.Select(w => (double)w), bed, i)).Skip(Count / 4).Take(Count);
        bed = bed.Pick(near.Order());
        return ([.. weights.Select(w => 2.0 * w)], bed);
    }

    private static double Gap(IEnumerable<double> weights, Bed bed, int sample) =>
        Math.Abs(weights.Select((w, j) => w * (bed.Values[(sample * Features) + j] - 0.5)).Sum());

    /// <summary>For each feature how far it can go towards the boundary.</summary>
    private static double[] Room(double[] weights, Bed bed, int sample) => [.. weights.Select((w, j) =>
    {
        var x = bed.Values[(sample * Features) + j];
        return (bed.Labels[sample] == 0) == (w > 0) ? x : 1.0 - x;
    })];

    private static double Nearest(double[] weights, Bed bed, int sample, Norm norm)
    {
        var (gap, room) = (Gap(weights, bed, sample), Room(weights, bed, sample));
        if (norm == Norm.L1)
        {
            var distance = 0.0;
            foreach (var (w, most) in weights.Select(Math.Abs).Zip(room).OrderByDescending(pair => pair.First))
            {
                var step = Math.Min(most, gap / w);
                (distance, gap) = (distance + step, gap - (step * w));
            }

            return distance;
        }

        // Water level by bisection: feature j moves min(room, t) in ℓ∞ and min(room, t·|w|) in ℓ2.
        double Move(double t, int j) => Math.Min(room[j], norm == Norm.Linf ? t : t * Math.Abs(weights[j]));
        var (low, high) = (0.0, 10.0);
        for (var i = 0; i < 100; i++)
        {
            var middle = (low + high) / 2;
            var reached = Enumerable.Range(0, Features).Sum(j => Math.Abs(weights[j]) * Move(middle, j));
            (low, high) = reached < gap ? (middle, high) : (low, middle);
        }

        var moves = Enumerable.Range(0, Features).Select(j => Move(high, j)).ToArray();
        return norm == Norm.Linf ? moves.Max() : Math.Sqrt(moves.Sum(move => move * move));
    }

    private static int FewestFeatures(double[] weights, Bed bed, int sample)
    {
        var gap = Gap(weights, bed, sample);
        var gains = weights.Select(Math.Abs).Zip(Room(weights, bed, sample), (w, room) => w * room).OrderDescending().ToArray();
        return Enumerable.Range(1, Features).First(count => gains.Take(count).Sum() >= gap);
    }
}
