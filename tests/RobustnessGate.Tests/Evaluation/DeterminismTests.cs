using RobustnessGate.Attacks;
using RobustnessGate.Evaluation;
using RobustnessGate.Facts;

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

    private static readonly Lazy<IReadOnlyList<AttackFact>> Whole = new(() => Run(Images));

    private static IReadOnlyList<AttackFact> Run(Bed bed) =>
        bed.Run([.. Attacks.Select(attack => Bed.Entry(attack, attack is Jsma ? 3 : 0.05, attack.Norms[0]))]).Attacks;

    private static string[] Bits(IEnumerable<AttackFact> facts) => [.. facts.Select(fact => fact.Bits.ToString())];

    private static (long, long)[] Ledger(IEnumerable<AttackFact> facts) => [.. facts.Select(fact => (fact.Forwards, fact.Backwards))];

    [Fact]
    public void Reversed_order_gives_the_same_bits_and_the_same_ledger()
    {
        var reversed = Run(Images.Pick(Enumerable.Range(0, 150).Reverse()));
        Assert.Equal(Bits(Whole.Value), Bits(reversed).Select(bits => string.Concat(bits.Reverse())));
        Assert.Equal(Ledger(Whole.Value), Ledger(reversed));
    }

    [Fact]
    public void Two_parts_give_the_bits_and_the_ledger_of_the_whole()
    {
        var (first, second) = (Run(Images.Pick(Enumerable.Range(0, 70))), Run(Images.Pick(Enumerable.Range(70, 80))));
        Assert.Equal(Bits(Whole.Value), Bits(first).Zip(Bits(second), (a, b) => a + b));
        Assert.Equal(Ledger(Whole.Value), Ledger(first).Zip(Ledger(second), (a, b) => (a.Item1 + b.Item1, a.Item2 + b.Item2)));
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(7, 1)]
    [InlineData(64, 2)]
    public void Other_batch_sizes_or_threads_change_at_most_two_bits_in_a_thousand(int batchSize, int threads)
    {
        var few = Images.Pick(Enumerable.Range(0, threads == 1 ? 50 : 30));
        var some = Run(few);
        IReadOnlyList<AttackFact> others;
        try
        {
            others = Run(few with { Options = new EvaluationOptions(batchSize, threads) });
        }
        finally
        {
            TorchSharp.torch.set_num_threads(1);
        }

        var differing = Bits(some).Zip(Bits(others), (a, b) => a.Zip(b).Count(pair => pair.First != pair.Second)).Sum();
        Assert.InRange(differing, 0, few.Labels.Length * Attacks.Length * 2 / 1000);
        // A sample counts its own passes, however many others share the batch.
        Assert.All(Ledger(some).Zip(Ledger(others)), pair =>
        {
            Assert.InRange(pair.Second.Item1, 0.99 * pair.First.Item1, 1.01 * pair.First.Item1);
            Assert.InRange(pair.Second.Item2, 0.99 * pair.First.Item2, 1.01 * pair.First.Item2);
        });
    }

    [Fact]
    public void Other_seeds_draw_other_noise()
    {
        var a = RobustnessGate.Maths.CounterRandom.For(1, "pgd", 5, 0, 0);
        var b = RobustnessGate.Maths.CounterRandom.For(2, "pgd", 5, 0, 0);
        Assert.NotEqual(a.NextWord(), b.NextWord());
    }
}
