using System.Collections.Immutable;
using RobustnessGate.Facts;
using RobustnessGate.Hardening;
using RobustnessGate.Policies;
using RobustnessGate.Regimes;

namespace RobustnessGate.Tests.Hardening;

/// <summary>The report of a hardening says what it did not achieve.</summary>
public class HardenRemarksTests
{
    private const int Count = 200;

    /// <summary>Natural, and robust at ε = 0.1 and 0.2; mean ‖J‖₁ and median linear radius.</summary>
    private sealed record State(int Natural, int Near, int Far, double Slope = 100, double Radius = 0.05);

    private static readonly State Before = new(190, 60, 10);
    private static readonly State Good = new(188, 170, 120, 20, 0.15);

    public static TheoryData<int[], double[], string[]> Cases => new()
    {
        // natural, near, far; slope, radius; what is remarked on
        { [188, 170, 120], [20, 0.15], [] },
        { [185, 170, 120], [20, 0.15], ["Natural accuracy fell by 2.5 points, more than 2."] },
        { [188, 170, 90], [20, 0.15], ["The gain fades under all of the policy's attacks in linf at ε = 0.2: 90 of 200 withstand", "straight"] },
        { [188, 170, 15], [20, 0.15], ["in linf at ε = 0.2, accuracy hardly rose: 10 before, 15 after, of 200 (+2.5 points)", "straight"] },
        { [188, 170, 8], [20, 0.15], ["in linf at ε = 0.2, accuracy fell: 10 before, 8 after", "straight"] },
        { [188, 170, 120], [20, 0.05], ["the linear radius did not grow: the logits shrank"] },
        {
            [190, 62, 10], [20, 0.05],
            ["in linf at ε = 0.1, accuracy hardly rose", "in linf at ε = 0.2, accuracy hardly rose", "straight", "the logits shrank"]
        },
        {
            [190, 62, 10], [20, 0.15],
            ["in linf at ε = 0.1, accuracy hardly rose", "in linf at ε = 0.2, accuracy hardly rose", "straight", "The indicator improved and accuracy"]
        },
        { [188, 170, 120], [20, 0.049], ["the linear radius did not grow: the logits shrank"] },
        { [188, 170, 120], [20, 0.02], ["The median linear radius fell from 0.05 to 0.02"] },
        { [188, 170, 120], [100, 0.02], ["The median linear radius fell from 0.05 to 0.02"] },
        { [188, 170, 120], [20, double.NaN], [] },
        {
            [190, 69, 19], [20, 0.15],
            ["in linf at ε = 0.1, accuracy hardly rose", "in linf at ε = 0.2, accuracy hardly rose", "straight", "accuracy under the policy's attacks hardly did"]
        },
        { [190, 62, 10], [100, 0.05], ["in linf at ε = 0.1, accuracy hardly rose", "in linf at ε = 0.2, accuracy hardly rose", "straight"] },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void What_was_not_achieved_is_remarked_on(int[] counts, double[] indicator, string[] remarks)
    {
        var after = new State(counts[0], counts[1], counts[2], indicator[0], indicator[1]);

        var made = HardenRemarks.Of(new Jacobian(), Compared(Before, after));

        Assert.Equal(remarks.Length, made.Length);
        Assert.All(remarks.Zip(made), pair => Assert.Contains(pair.First, pair.Second, StringComparison.Ordinal));
    }

    [Fact]
    public void A_search_that_leaves_more_than_the_policys_attacks_is_not_believed()
    {
        var figures = Compared(Before, Good) with { Search = [new(0.1, 90, 180, Count), new(0.2, 20, 131, Count)] };

        var remark = Assert.Single(HardenRemarks.Of(new Jacobian(), figures));

        Assert.Contains("At linf ε = 0.2 training's own search leaves 131 of 200 right, the policy's attacks together only 120", remark, StringComparison.Ordinal);
    }

    [Fact]
    public void A_model_no_better_than_chance_says_so()
    {
        var figures = Compared(Before, new(29, 0, 0));
        var chance = figures with { After = figures.After with { Model = new("onnx", "", 1, 10, null) } };

        Assert.Contains(HardenRemarks.Of(new Natural(), chance), remark => remark.StartsWith("The model is right on 29 of 200 samples", StringComparison.Ordinal));
        Assert.DoesNotContain(HardenRemarks.Of(new Natural(), figures), remark => remark.StartsWith("The model is right", StringComparison.Ordinal));
    }

    [Fact]
    public void Without_attacks_robustness_was_not_measured()
    {
        var figures = Compared(Before, Good);
        var bare = new BeforeAfter(figures.Before with { Attacks = [] }, figures.After with { Attacks = [] }, [], 0, null);

        Assert.Contains(HardenRemarks.Of(new Natural(), bare), remark => remark.StartsWith("The policy names no attack", StringComparison.Ordinal));
    }

    [Fact]
    public void Judged_samples_that_were_trained_on_are_counted() => Assert.StartsWith(
        "3 of the 200 judged samples", Assert.Single(HardenRemarks.Of(new Natural(), Compared(Before, Good) with { Shared = 3 })), StringComparison.Ordinal);

    [Fact]
    public void No_more_is_asked_for_than_there_was_to_gain()
    {
        var strong = new State(190, 185, 184);

        Assert.Empty(HardenRemarks.Of(new Jacobian(), Compared(strong, new(190, 187, 186))));
        Assert.NotEmpty(HardenRemarks.Of(new Jacobian(), Compared(strong, new(190, 184, 186))));
    }

    [Fact]
    public void An_indicator_that_improved_is_not_doubted_where_nothing_was_to_gain()
    {
        var strong = new State(190, 185, 184);

        Assert.Empty(HardenRemarks.Of(new Jacobian(), Compared(strong, new(190, 187, 186, 20, 0.15))));
        Assert.Contains(
            HardenRemarks.Of(new Jacobian(), Compared(strong, new(190, 184, 183, 20, 0.15))),
            remark => remark.StartsWith("The indicator improved", StringComparison.Ordinal));
    }

    [Fact]
    public void Targeted_attacks_are_compared_one_by_one()
    {
        var figures = new BeforeAfter(Facts(160, 100, 192), Facts(40, 200, 192), [], 0, null);

        Assert.Empty(figures.WorstCases);
        Assert.StartsWith(
            "Under the targeted attack to-3, accuracy fell: 160 before, 40 after, of 200",
            Assert.Single(HardenRemarks.Of(new MinMax(0.1), figures)), StringComparison.Ordinal);

        static EvaluationFacts Facts(int first, int second, int third) => EvaluationFacts.Empty
            .With(new NaturalFact(First(190), []))
            .With(Attack("to-3", 0.1, first) with { Targeted = true })
            .With(Attack("to-4", 0.1, second) with { Targeted = true })
            .With(Attack("to-5", 0.1, third) with { Targeted = true, Norm = "l2" });
    }

    [Fact]
    public void A_targeted_attack_beside_untargeted_ones_is_compared_by_itself()
    {
        var before = Facts(Before).With(Attack("to-3", 0.1, 150) with { Targeted = true });
        var after = Facts(Good).With(Attack("to-3", 0.1, 151) with { Targeted = true });

        Assert.StartsWith(
            "Under the targeted attack to-3, accuracy hardly rose: 150 before, 151 after",
            HardenRemarks.Of(new MinMax(0.1), new(before, after, [], 0, null)).First(), StringComparison.Ordinal);
    }

    [Fact]
    public void Only_a_regime_of_gradients_is_advised_against() => Assert.DoesNotContain(
        HardenRemarks.Of(new MinMax(0.2), Compared(Before, new(188, 170, 90))), remark => remark.Contains("straight", StringComparison.Ordinal));

    [Fact]
    public void The_report_holds_remarks_search_and_resumption()
    {
        var section = new HardenSection(new Jacobian(), null, 8, 64, 1e-3, 100, null);
        var figures = Compared(Before, new(184, 170, 90, 20, 0.05)) with
        {
            Found = new("harden.checkpoint", 3, 8, false, null), Search = [new(0.1, 66, 171, Count)],
        };

        var text = HardenReport.Render("digits.onnx", section, new(new(7, 4), 1200, 100, 3), figures);

        Assert.Contains(", 7 of 8 epochs (the weights are those of epoch 4), 1,200 samples and 100 held out, ", text, StringComparison.Ordinal);
        Assert.Contains(", seed 3.\n", text, StringComparison.Ordinal);
        Assert.Contains("An earlier run left a checkpoint: the training goes on after epoch 3 of 8, from harden.checkpoint.\n", text, StringComparison.Ordinal);
        Assert.Contains("| training's own search, linf, ε = 0.1 | 66 / 200 | 171 / 200 | +52.5 points |\n", text, StringComparison.Ordinal);
        Assert.Contains("| **worst case, linf, ε = 0.2** | 10 / 200 | 90 / 200 | +40.0 points |\n", text, StringComparison.Ordinal);
        Assert.Contains("- Natural accuracy fell by 3.0 points", text, StringComparison.Ordinal);
        Assert.Contains("- The gain fades under all of the policy's attacks in linf at ε = 0.2", text, StringComparison.Ordinal);
        Assert.Contains("the logits shrank", text, StringComparison.Ordinal);
    }

    private static BeforeAfter Compared(State before, State after) => new(Facts(before), Facts(after), [], 0, null);

    private static EvaluationFacts Facts(State state) => EvaluationFacts.Empty
        .With(new NaturalFact(First(state.Natural), []))
        .With(Attack("pgd-linf-0.1", 0.1, state.Near))
        .With(Attack("pgd-linf-0.2", 0.2, state.Far))
        .With(new IndicatorFact(
            2,
            ImmutableSortedDictionary<string, ImmutableArray<double?>>.Empty
                .Add("jacobianL1", [state.Slope, state.Slope]).Add("linearRadius", [state.Radius, state.Radius]),
            [], First(2)));

    private static AttackFact Attack(string id, double epsilon, int robust) =>
        new(id, "pgd", "pgd", "linf", epsilon, false, First(robust), 0, 0, null, null, []);

    private static BitString First(int ones) => new(Enumerable.Range(0, Count).Select(i => i < ones));
}
