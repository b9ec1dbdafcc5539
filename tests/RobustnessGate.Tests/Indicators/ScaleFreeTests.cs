using RobustnessGate.Tests.Evaluation;
using TorchSharp;
using static TorchSharp.torch;

namespace RobustnessGate.Tests.Indicators;

public class ScaleFreeTests
{
    private static readonly string[] Names =
    [
        .. new[]
        {
            "linearRadius", "linearRadiusL2", "linearRadiusL1", "boundedRadius", "boundedRadiusL2", "boundedRadiusL1", "jacobianHoyer", "jacobianParticipationRatio",
            "jacobianNearZeroRatio", "nonLinearity", "gradientChange16", "gradientChange4", "gradientChange1",
        }.SelectMany(name => new[] { name, name + "Jittered" }),
        "predictedRadius", "predictedRadiusL2", "predictedRadiusL1",
    ];

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Rescaled_logits_change_none_of_them_and_the_raw_jacobian(bool smooth)
    {
        var plain = Surroundings.Measure(smooth ? Surroundings.Smooth() : Surroundings.Piecewise()).Indicator!;
        var scaled = Surroundings.Measure(smooth ? Surroundings.Smooth(1024) : Surroundings.Piecewise(1024)).Indicator!;
        for (var i = 0; i < plain.Samples; i++)
        {
            Assert.All(Names, name => Assert.Equal(plain.At(name, i), scaled.At(name, i), Math.Abs(plain.At(name, i)) * 1e-9));
            Assert.Equal(1024 * plain.At("jacobianL1", i), scaled.At("jacobianL1", i), 1e-9 * scaled.At("jacobianL1", i));
        }
    }

    [Fact]
    public void A_constant_added_to_the_logits_changes_none_beyond_rounding()
    {
        var plain = Surroundings.Measure(Surroundings.Smooth()).Indicator!;
        var shifted = Surroundings.Measure(Surroundings.Smooth(shift: 100)).Indicator!;
        Assert.All(Names, name => Assert.Equal(plain.At(name), shifted.At(name), 1e-10));
    }

    [Fact]
    public void Of_a_linear_network_everything_is_known()
    {
        // Z₀ − Z₁ = wx + b with w = (3, −1, 0.01, 0): the gradient is w everywhere.
        var network = Networks.Linear([3, -1, 0.01f, 0, 0, 0, 0, 0], [0.5f, 0]);
        var bed = new Bed(network, [0.2f, 0.1f, 0.9f, 0.4f], [0], [4]) { Indicator = 1 };
        var fact = bed.Run().Indicator!;
        double[] w = [3, -1, 0.01f, 0];
        var margin = (3 * (double)0.2f) - 0.1f + ((double)0.01f * 0.9f) + 0.5;
        var (l1, l2) = (w.Sum(Math.Abs), Math.Sqrt(w.Sum(value => value * value)));
        Assert.Equal(margin, fact.At("margin"), 1e-12);
        Assert.Equal(margin / l1, fact.At("linearRadius"), 1e-12);
        Assert.Equal(margin / l2, fact.At("linearRadiusL2"), 1e-12);
        Assert.Equal(margin / 3, fact.At("linearRadiusL1"), 1e-12);
        Assert.Equal((2 - (l1 / l2)) / (2 - 1), fact.At("jacobianHoyer"), 1e-12);
        Assert.Equal(l1 * l1 / (4 * l2 * l2), fact.At("jacobianParticipationRatio"), 1e-12);
        Assert.Equal(0.5, fact.At("jacobianNearZeroRatio"));
        Assert.Equal(0, fact.At("nonLinearity"), 1e-12);
        Assert.Equal(0, fact.At("gradientChange1"), 1e-12);
        Assert.Equal(0, fact.At("gradientTie"));
        var ε = fact.Context!.Epsilon;
        Assert.Equal(8.0 / 255, ε, 1e-15);
        Assert.Equal(l1 * ε, fact.At("equation9Linf"), 1e-12);
        Assert.Equal(l2 * ε, fact.At("equation9L2"), 1e-12);
        Assert.Equal(1, fact.At("equation6Linf"));
        Assert.Equal(fact.At("boundedRadiusJittered"), fact.At("predictedRadius"));
        // x₀ can fall by 0.2 alone, x₁ rise by 0.9, x₂ fall by 0.9: the box lets so much of the margin go at a step r.
        var step = 0.5;
        for (var i = 0; i < 60; i++)
        {
            var undone = (3 * Math.Min(step, 0.2f)) + Math.Min(step, 0.9) + (0.01 * Math.Min(step, 0.9f));
            step += 0.5 * (margin - undone);
        }

        Assert.Equal(step, fact.At("boundedRadius"), 1e-6);
    }

    [Fact]
    public void The_linear_radius_is_the_least_over_all_competitors_by_finite_differences()
    {
        var network = Surroundings.Smooth();
        var bed = Networks.Labelled(network, "surroundings", 4, 6) with { Indicator = 4 };
        var fact = bed.Run().Indicator!;
        for (var i = 0; i < 4; i++)
        {
            using var scope = NewDisposeScope();
            var x = tensor(bed.Values).reshape(4, 6).narrow(0, i, 1).to(ScalarType.Float64);
            var z = network.Forward(x).data<double>().ToArray();
            var rows = Enumerable.Range(0, 6).Select(j =>
            {
                var step = zeros(1, 6, dtype: ScalarType.Float64);
                step[0, j] = 1e-6;
                return ((network.Forward(x + step) - network.Forward(x - step)) / 2e-6).data<double>().ToArray();
            }).ToArray();
            var t = bed.Labels[i];
            var expected = Enumerable.Range(0, 3).Where(k => k != t)
                .Min(k => (z[t] - z[k]) / rows.Sum(row => Math.Abs(row[t] - row[k])));
            Assert.Equal(expected, fact.At("linearRadius", i), 1e-7);
        }
    }

    [Fact]
    public void Non_linearity_of_a_parabola_is_its_greatest_deviation()
    {
        // L = 2 − x²: at x, L(x+δ) − L(x) − Jδ = −δ², greatest ε²; over ε·2x.
        var network = new FunctionNetwork(x =>
        {
            var flat = x.flatten(1);
            var z = 2 - (flat * flat);
            return cat([z, zeros_like(z)], 1);
        });
        var fact = new Bed(network, [0.5f], [0], [1]) { Indicator = 1 }.Run().Indicator!;
        var ε = fact.Context!.Epsilon;
        Assert.Equal(ε * ε / ε, fact.At("nonLinearity"), 1e-9);
        // ∇L(x − h·sign J) = −2(x + h), J = −2x.
        Assert.Equal(ε / 0.5, fact.At("gradientChange1"), 1e-9);
        Assert.Equal(ε / 8, fact.At("gradientChange16"), 1e-9);
        // ∇²L = −2: Eq. 9 is ε|J| + ½·2·ε².
        Assert.Equal(ε + (ε * ε), fact.At("equation9Linf"), 1e-12);
        Assert.Equal(ε + (ε * ε), fact.At("equation9L2"), 1e-12);
        Assert.Equal(1, fact.At("marginHessianNegativeRatio"));
        Assert.Equal(2, fact.At("marginHessianSpectralNorm"), 1e-12);
    }

    [Fact]
    public void A_constant_background_lies_on_ties_and_jittered_points_do_not()
    {
        var network = Networks.Convolutional("ties");
        var values = new float[64];
        values[27] = 0.8f;
        var bed = new Bed(network, values, [0], [1, 8, 8]) { Indicator = 1 };
        var facts = bed.Run();
        Assert.NotNull(facts.Indicator);
        Assert.Equal(1, facts.Indicator.At("gradientTie"));
        Assert.Equal(0, facts.Indicator.At("gradientTieJittered"));
        Assert.Contains(facts.Findings, finding => finding.Code == "RG1133");
    }

    [Fact]
    public void Jitter_of_none_leaves_no_averages()
    {
        var fact = (Networks.Labelled(Surroundings.Piecewise(), "surroundings", 2, 6) with { Indicator = 2, Jitter = 0 }).Run().Indicator!;
        Assert.DoesNotContain(fact.PerSample.Keys, name => name.EndsWith("Jittered", StringComparison.Ordinal));
        Assert.Equal(fact.At("boundedRadius"), fact.At("predictedRadius"));
    }

    [Fact]
    public void What_a_sample_has_does_not_depend_on_its_company()
    {
        var bed = Networks.Labelled(Networks.Convolutional("company"), "company", 5, 1, 8, 8) with { Indicator = 5 };
        var together = bed.Run().Indicator!;
        var alone = (bed.Pick([3]) with { Indicator = 1 }).Run().Indicator!;
        Assert.All(together.PerSample, pair => Assert.Equal(pair.Value[3], alone.PerSample[pair.Key][0]));
    }

    [Fact]
    public void No_tensors_are_left_behind()
    {
        var bed = Networks.Labelled(Surroundings.Smooth(), "surroundings", 2, 6) with { Indicator = 2, Clever = true };
        bed.Run();
        var before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        bed.Run();
        Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }
}
