using RobustnessGate.Attacks;
using RobustnessGate.Maths;
using RobustnessGate.Tests.Evaluation;

namespace RobustnessGate.Tests.Attacks;

/// <summary>DDN, FMN, DeepFool and C&amp;W written out again in float64, gradients by hand, from their publications.</summary>
public class IndependentMinimalNormTests
{
    private const int Inputs = 12;
    private const int Classes = 4;
    private const int Count = 12;

    private static readonly HandNetwork Hand = new("independent", Inputs, 10, Classes);

    [Fact]
    public void Ddn_finds_the_same_distances() => Compare(new Ddn(Steps: 40, InitNorm: 0.3), Norm.L2, (clean, label) =>
    {
        var (way, radius, best) = (new double[Inputs], 0.3, double.PositiveInfinity);
        for (var step = 0; step <= 40; step++)
        {
            var point = Point(clean, way);
            way = [.. point.Zip(clean, (p, c) => p - c)];
            var broken = Hand.Margin(point, label).Margin < 0;
            best = broken ? Math.Min(best, Length(way)) : best;
            var gradient = CrossEntropyGradient(point, label);
            var size = 0.01 + (0.99 * (1 + Math.Cos(Math.PI * step / 40)) / 2);
            radius *= broken ? 0.95 : 1.05;
            way = [.. way.Zip(gradient, (w, g) => w + (size * g / Length(gradient)))];
            way = [.. way.Select(w => w * radius / Length(way))];
        }

        return best;
    });

    [Fact]
    public void Fmn_finds_the_same_distances() => Compare(new Fmn(Steps: 40), Norm.L2, (clean, label) =>
    {
        var (way, radius, best) = (new double[Inputs], double.PositiveInfinity, double.PositiveInfinity);
        for (var step = 0; step <= 40; step++)
        {
            var point = Point(clean, way);
            way = [.. point.Zip(clean, (p, c) => p - c)];
            var (margin, slope) = Hand.Margin(point, label);
            var gradient = slope.Select((s, j) => (point[j] <= 0 && s > 0) || (point[j] >= 1 && s < 0) ? 0 : -s).ToArray();
            var cosine = (1 + Math.Cos(Math.PI * step / 40)) / 2;
            var gamma = 0.001 + (0.049 * cosine);
            if (margin < 0)
            {
                best = Math.Min(best, Length(way));
                radius = Math.Min(radius * (1 - gamma), best);
            }
            else
            {
                radius = double.IsFinite(best) ? radius * (1 + gamma) : Length(way) + (margin / Length(gradient));
            }

            var size = 0.01 + (0.99 * cosine);
            way = [.. way.Zip(gradient, (w, g) => w + (size * g / Length(gradient)))];
            var shrink = Math.Min(1, radius / Length(way));
            way = [.. way.Select(w => w * shrink)];
        }

        return best;
    });

    [Fact]
    public void DeepFool_finds_the_same_distances() => Compare(new DeepFool(), Norm.L2, (clean, label) =>
    {
        var way = new double[Inputs];
        for (var step = 0; step <= 50; step++)
        {
            var point = Point(clean, [.. way.Select(w => 1.02 * w)]);
            if (Hand.Margin(point, label).Margin < -1e-5)
            {
                return Length([.. point.Zip(clean, (p, c) => p - c)]);
            }

            var logits = Hand.Logits(point);
            var candidates = Enumerable.Range(0, Classes).Where(k => k != label).Select(k =>
            {
                var slope = new double[Classes];
                (slope[k], slope[label]) = (1, -1);
                return (Gap: Math.Abs(logits[k] - logits[label]), Normal: Hand.Gradient(point, slope));
            });
            var (gap, normal) = candidates.MinBy(candidate => candidate.Gap / Length(candidate.Normal));
            way = [.. way.Zip(normal, (w, n) => w + (gap * n / Math.Pow(Length(normal), 2)))];
        }

        return double.PositiveInfinity;
    });

    [Fact]
    public void Carlini_and_wagner_comes_as_near_as_a_long_search_by_hand() => Compare(
        new CwL2(Steps: 150, StepSize: 0.02, SearchSteps: 7, InitConst: 0.1), Norm.L2, (clean, label) =>
        {
            // Projected gradient descent of ‖δ‖² + c·max(L, 0) on a fine grid of c: slow, plain and to the same end.
            var best = double.PositiveInfinity;
            for (var c = 0.05; c < 20; c *= 1.5)
            {
                var way = new double[Inputs];
                for (var step = 0; step < 150; step++)
                {
                    var point = Point(clean, way);
                    var (margin, slope) = Hand.Margin(point, label);
                    best = margin < 0 ? Math.Min(best, Length([.. point.Zip(clean, (p, q) => p - q)])) : best;
                    var rate = 0.1 / (1 + (c * step / 20));
                    way = [.. way.Zip(slope, (w, s) => w - (rate * ((2 * w) + (margin >= 0 ? c * s : 0))))];
                }
            }

            return best;
        }, tolerance: 0.02);

    /// <summary>Sample by sample where the box does not interfere: samples lie well inside it.</summary>
    private static void Compare(Attack attack, Norm norm, Func<double[], int, double> byHand, double tolerance = 0.002)
    {
        var bed = Networks.Labelled(Hand.Network(), "independent", 4 * Count, Inputs);
        bed = bed with { Values = [.. bed.Values.Select(value => 0.35f + (0.3f * value))] };
        var labels = Enumerable.Range(0, 4 * Count)
            .Select(i => Array.IndexOf(Hand.Logits(Clean(bed, i)), Hand.Logits(Clean(bed, i)).Max())).ToArray();
        var chosen = Enumerable.Range(0, 4 * Count).Where(i => Hand.Margin(Clean(bed, i), labels[i]).Margin > 0.05).Take(Count).ToArray();
        var picked = (bed with { Labels = labels }).Pick(chosen);
        var distances = picked.Run(Bed.Entry(attack, 0.1, norm)).Attacks[0].Distances!.Value;
        var ratios = Enumerable.Range(0, chosen.Length)
            .Select(i => distances[i]!.Value / byHand(Clean(picked, i), picked.Labels[i])).Order().ToArray();
        Assert.Equal(Count, ratios.Length);
        Assert.True(
            Math.Abs(ratios[Count / 2] - 1) < tolerance && ratios[0] > 1 - (10 * tolerance) && ratios[^1] < 1 + (10 * tolerance),
            FormattableString.Invariant($"least {ratios[0]}, median {ratios[Count / 2]}, greatest {ratios[^1]}"));
    }

    private static double[] Clean(Bed bed, int sample) => [.. bed.Values.Skip(sample * Inputs).Take(Inputs).Select(value => (double)value)];

    private static double[] Point(double[] clean, double[] way) => [.. clean.Zip(way, (c, w) => Math.Clamp(c + w, 0, 1))];

    private static double Length(double[] values) => Math.Sqrt(values.Sum(value => value * value));

    private static double[] CrossEntropyGradient(double[] point, int label)
    {
        var logits = Hand.Logits(point);
        var sum = logits.Sum(z => Math.Exp(z - logits.Max()));
        return Hand.Gradient(point, [.. logits.Select((z, k) => (Math.Exp(z - logits.Max()) / sum) - (k == label ? 1 : 0))]);
    }
}
