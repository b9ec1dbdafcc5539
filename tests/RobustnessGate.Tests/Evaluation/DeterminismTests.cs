using RobustnessGate.Attacks;
using RobustnessGate.Evaluation;

namespace RobustnessGate.Tests.Evaluation;

public class DeterminismTests
{
    private static readonly Attack[] Attacks =
    [
        new Noise(), new Fgsm(), new Bim(), new CwLinf(), new Pgd(Steps: 10, Restarts: 2), new Spsa(Steps: 2, Samples: 4),
        new DeepFool(), new Fmn(Steps: 10), new Ddn(Steps: 10), new CwL2(Steps: 20, SearchSteps: 3, InitConst: 1), new Jsma(Targets: 2),
        new MiFgsm(), new ApgdCe(12, Restarts: 2), new ApgdDlr(12), new ApgdT(6, Targets: 3), new FabT(6, Targets: 3), new Square(40),
    ];

    private static readonly Bed Images = Networks.Labelled(Networks.Convolutional("determinism"), "determinism", 150, 1, 8, 8);

    private static string[] Bits(Bed bed) =>
        [.. bed.Run([.. Attacks.Select(attack => Bed.Entry(attack, attack is Jsma ? 3 : 0.05, attack.Norms[0]))]).Attacks.Select(fact => fact.Bits.ToString())];

    [Fact]
    public void ReversedOrderGivesTheSameBits()
    {
        var reversed = Bits(Images.Pick(Enumerable.Range(0, 150).Reverse()));
        Assert.Equal(Bits(Images), reversed.Select(bits => string.Concat(bits.Reverse())));
    }

    [Fact]
    public void TwoPartsGiveTheBitsOfTheWhole()
    {
        var (first, second) = (Bits(Images.Pick(Enumerable.Range(0, 70))), Bits(Images.Pick(Enumerable.Range(70, 80))));
        Assert.Equal(Bits(Images), first.Zip(second, (a, b) => a + b));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    public void OtherBatchSizesChangeAtMostTwoBitsInAThousand(int batchSize)
    {
        var few = Images.Pick(Enumerable.Range(0, 50));
        var others = Bits(few with { Options = new EvaluationOptions(BatchSize: batchSize) });
        var differing = Bits(few).Zip(others, (a, b) => a.Zip(b).Count(pair => pair.First != pair.Second)).Sum();
        Assert.InRange(differing, 0, 50 * Attacks.Length * 2 / 1000);
    }

    [Fact]
    public void OtherSeedsDrawOtherNoise()
    {
        var a = RobustnessGate.Maths.CounterRandom.For(1, "pgd", 5, 0, 0);
        var b = RobustnessGate.Maths.CounterRandom.For(2, "pgd", 5, 0, 0);
        Assert.NotEqual(a.NextWord(), b.NextWord());
    }
}
