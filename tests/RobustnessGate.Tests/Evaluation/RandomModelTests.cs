using RobustnessGate.Attacks;
using TorchSharp;
using static TorchSharp.torch;

namespace RobustnessGate.Tests.Evaluation;

/// <summary>A randomised model draws from the one generator that the whole process has: these tests run alone.</summary>
[CollectionDefinition("alone", DisableParallelization = true)]
public class Alone;

[Collection("alone")]
public class RandomModelTests
{
    [Fact]
    public void A_random_model_is_noticed_averaged_and_reproducible()
    {
        var still = Networks.Linear(Networks.Uniform("random weights", 2 * 12, -1, 1), [0, 0]);
        var bed = Networks.Labelled(still, "random", 12, 12);
        var random = bed with { Network = new FunctionNetwork(x => still.Forward(x) + (0.02 * randn([x.shape[0], 2], x.dtype))) };
        var entry = Bed.Entry(new Bim(Steps: 4), 0.03);
        var (quiet, first, second) = (bed.Run(entry), random.Run(entry), random.Run(entry));
        Assert.Contains(first.Findings, finding => finding.Code == "RG1110");
        Assert.DoesNotContain(quiet.Findings, finding => finding.Code == "RG1110");
        Assert.EndsWith(" eot=20", first.Attacks[0].Protocol, StringComparison.Ordinal);
        Assert.Equal(first.Attacks[0].Bits, second.Attacks[0].Bits);
        Assert.EndsWith(" eot=3", random.Run(entry with { Eot = 3 }).Attacks[0].Protocol, StringComparison.Ordinal);
        // The mean of twenty answers is off by a fifth of what a single one is: next to no outcome changes.
        Assert.InRange(quiet.Attacks[0].Bits.Zip(first.Attacks[0].Bits).Count(pair => pair.First != pair.Second), 0, 2);
    }
}
