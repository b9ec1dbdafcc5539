using RobustnessGate.Gating;
using RobustnessGate.Maths;
using static RobustnessGate.Tests.Scene;

namespace RobustnessGate.Tests;

/// <summary>Against tables that were computed independently, and against simulation of the gate itself.</summary>
public class PowerTests
{
    /// <summary>Smallest detectable drop in points at 80 % power by discordance 2, 5, 10 and 20 %, at alpha 0.05 and 0.01.</summary>
    [Theory]
    [InlineData(200, 0.05, double.NaN, 4.1, 5.8, 8.1)]
    [InlineData(200, 0.01, double.NaN, 4.8, 7.1, 10.2)]
    [InlineData(500, 0.05, 1.7, 2.6, 3.7, 5.1)]
    [InlineData(500, 0.01, 1.9, 3.2, 4.6, 6.4)]
    [InlineData(1000, 0.05, 1.2, 1.8, 2.6, 3.6)]
    [InlineData(1000, 0.01, 1.4, 2.3, 3.2, 4.6)]
    [InlineData(2000, 0.05, 0.8, 1.3, 1.8, 2.5)]
    [InlineData(2000, 0.01, 1.0, 1.6, 2.3, 3.2)]
    [InlineData(5000, 0.05, 0.5, 0.8, 1.1, 1.6)]
    [InlineData(5000, 0.01, 0.6, 1.0, 1.4, 2.0)]
    [InlineData(10000, 0.05, 0.36, 0.56, 0.80, 1.1)]
    [InlineData(10000, 0.01, 0.46, 0.72, 1.0, 1.4)]
    public void The_smallest_detectable_drop_is_that_of_the_table(int samples, double alpha, double at2, double at5, double at10, double at20)
    {
        foreach (var (discordance, expected) in new[] { (0.02, at2), (0.05, at5), (0.10, at10), (0.20, at20) })
        {
            var drop = Power.SmallestDrop(samples, alpha, -1, discordance);
            if (double.IsNaN(expected))
            {
                Assert.True(drop is null or > 0.0195, $"{drop} at {discordance}");
            }
            else
            {
                Assert.Equal(expected, 100 * drop!.Value, 0.0601);
            }
        }
    }

    /// <summary>Chance to fail at a true drop of 0, 1, 2, 3 and 5 points: alpha 0.01, allowed 1 point, discordance the greater of 5 % and drop + 3 points.</summary>
    [Theory]
    [InlineData(500, .006, .06, .31, .62, .95)]
    [InlineData(1000, .007, .15, .66, .94, 1)]
    [InlineData(2000, .008, .34, .95, 1, 1)]
    [InlineData(10000, 0, .49, 1, 1, 1)]
    public void The_operating_characteristic_is_that_of_the_table(
        int samples, double at0, double at1, double at2, double at3, double at5)
    {
        foreach (var (drop, chance) in new[] { (0, at0), (.01, at1), (.02, at2), (.03, at3), (.05, at5) })
        {
            Assert.Equal(chance, Power.Of(samples, drop, Math.Max(.05, drop + .03), .01, .01), .0101);
        }
    }

    [Fact]
    public void Pairing_is_what_makes_a_three_point_drop_visible() =>
        Assert.Equal(.90, Power.Of(1000, .03, .10, .05, -1), .011);

    /// <summary>The computed power against the gate's own verdicts on simulated outcomes.</summary>
    [Theory]
    [InlineData(0, .10)]
    [InlineData(.03, .06)]
    [InlineData(.03, .10)]
    public void The_gate_fails_as_often_as_the_power_says(double drop, double discordance)
    {
        const int samples = 1000, runs = 2000;
        var random = new Random(20261122);
        var policy = Policy(Robust(0.3, maxDrop: 0.01));
        double brokenShare = (discordance + drop) / 2, fixedShare = (discordance - drop) / 2;
        var failed = 0;
        for (var run = 0; run < runs; run++)
        {
            int broken = 0, @fixed = 0;
            for (var i = 0; i < samples; i++)
            {
                var u = random.NextDouble();
                broken += u < brokenShare ? 1 : 0;
                @fixed += u >= brokenShare && u < brokenShare + fixedShare ? 1 : 0;
            }

            failed += Statistics.McNemar(broken, @fixed) < policy.Gate.Alpha && broken - @fixed > 10 ? 1 : 0;
        }

        var expected = Power.Of(samples, drop, discordance, policy.Gate.Alpha, .01);
        Assert.Equal(expected, (double)failed / runs, 4 * Math.Sqrt((expected * (1 - expected) / runs) + 1e-6));
    }

    [Fact]
    public void Unchanged_models_hardly_ever_fail_and_a_three_point_drop_is_caught()
    {
        Assert.True(Power.Of(1000, 0, .10, .01, .01) < .02);
        Assert.True(Power.Of(1000, .03, .06, .01, .01) >= .90);
        Assert.True(Power.Of(1000, .03, .10, .01, .01) >= .70);
    }

    [Fact]
    public void The_number_of_samples_that_would_tell_is_the_smallest_usual_one()
    {
        var enough = Power.SamplesFor(.025, .095, .01, .01)!.Value;
        Assert.True(Power.Of(enough, .025, .095, .01, .01) >= Power.Wanted);
        Assert.Equal(2000, enough);
        Assert.Null(Power.SamplesFor(.01, .05, .01, .01));
    }

    [Fact]
    public void A_policy_detects_what_its_tightest_paired_rule_detects()
    {
        var tight = Power.SmallestDrop(Policy(Robust(0.3, maxDrop: 0.005), Natural(maxDrop: 0.05)), 1000);
        Assert.Equal(Power.SmallestDrop(1000, 0.005, 0.005), tight);
        Assert.Null(Power.SmallestDrop(Policy(Natural(min: 0.5)), 1000));
        Assert.Null(Power.SmallestDrop(Policy(Natural(maxDrop: 0.01)), 3));
    }
}
