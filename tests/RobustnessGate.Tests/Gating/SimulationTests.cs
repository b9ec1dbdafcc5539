using RobustnessGate.Facts;
using RobustnessGate.Gating;
using RobustnessGate.Policies;
using Xunit.Abstractions;
using static RobustnessGate.Tests.Scene;

namespace RobustnessGate.Tests;

/// <summary>The gate's own verdicts over many simulated pairs of evaluations, seeded.</summary>
public class SimulationTests(ITestOutputHelper output)
{
    private const int Samples = 1000;

    private static readonly Policy Rules = Policy(Natural(maxDrop: 0.005), Robust(0.3, maxDrop: 0.01), Worst(0.3, maxDrop: 0.01));

    /// <summary>
    /// Two evaluations of one model with different seeds: of each sample that an attack can break only with luck, either
    /// may find it. Six and ten of a hundred samples change sides.
    /// </summary>
    [Theory]
    [InlineData(0.06)]
    [InlineData(0.10)]
    public void An_unchanged_model_fails_in_at_most_8_of_400_comparisons(double discordance) =>
        Assert.InRange(Failures(400, 0, discordance), 0, 8);

    [Theory]
    [InlineData(0.06, 0.90)]
    [InlineData(0.10, 0.70)]
    public void A_true_three_point_drop_is_caught(double discordance, double power) =>
        Assert.InRange(Failures(200, 0.03, discordance, Policy(Robust(0.3, maxDrop: 0.01))), power * 200, 200);

    private int Failures(int runs, double drop, double discordance, Policy? policy = null)
    {
        var random = new Random(20261122);
        var natural = Bits(980, Samples);
        double broken = (discordance + drop) / 2, @fixed = (discordance - drop) / 2;
        var judge = policy ?? Rules;
        // Samples 0 to 599 are robust before and 600 to 979 are not; the lucky ones are drawn from both.
        var pinned = Pin(judge, Measured(natural, natural, Bits(600, Samples)));
        var failures = 0;
        for (var run = 0; run < runs; run++)
        {
            var after = new bool[Samples];
            for (var i = 0; i < 980; i++)
            {
                var wasRobust = i < 600;
                var changes = random.NextDouble() < (wasRobust ? broken * Samples / 600 : @fixed * Samples / 380);
                after[i] = wasRobust != changes;
            }

            failures += Gate.Decide(judge, Measured(natural, natural, new BitString(after)), pinned).Verdict == Verdict.Failed ? 1 : 0;
        }

        output.WriteLine(FormattableString.Invariant($"drop {drop}, discordance {discordance}: {failures} of {runs} fail"));
        return failures;
    }
}
