using System.Collections.Immutable;
using RobustnessGate.Diagnostics;
using RobustnessGate.Facts;
using RobustnessGate.Gating;
using RobustnessGate.Maths;
using RobustnessGate.Policies;
using RobustnessGate.Results;
using static RobustnessGate.Tests.Scene;

namespace RobustnessGate.Tests;

public class GateTests
{
    private static readonly BitString All = Bits(1000, 1000);
    private static readonly BitString Most = Bits(900, 1000);
    private static readonly BitString Half = Bits(500, 1000);

    /// <summary>pgd at 0.3 after this many of 1000 samples broke and were fixed, under max-drop 1 point and alpha 0.01.</summary>
    private static GateResult Judge(int broken, int @fixed, Policy policy) => Gate.Decide(
        policy, Measured(All, All, Change(Half, broken, @fixed), model: "d"), Pin(policy, Measured(All, All, Half)));

    [Theory]
    [InlineData(0, 0, RuleOutcome.Passed, null)]
    [InlineData(5, 5, RuleOutcome.Passed, null)]
    [InlineData(54, 11, RuleOutcome.Failed, "RG1001")]
    [InlineData(60, 45, RuleOutcome.Inconclusive, "RG1101")]
    [InlineData(9, 0, RuleOutcome.Warned, "RG1102")]
    [InlineData(10, 0, RuleOutcome.Warned, "RG1102")]
    [InlineData(11, 0, RuleOutcome.Failed, "RG1001")]
    [InlineData(0, 40, RuleOutcome.Passed, "RG1103")]
    internal void A_paired_rule_needs_both_keys_to_fail(int broken, int @fixed, RuleOutcome outcome, string? code)
    {
        var result = Judge(broken, @fixed, Policy(Robust(0.3, maxDrop: 0.01)));
        var rule = Assert.Single(result.Rules);
        Assert.Equal((outcome, code), (rule.Outcome, rule.Code));
        Assert.Equal((broken, @fixed), (rule.NewlyBroken, rule.NewlyFixed));
        Assert.Equal(500 - broken + @fixed, rule.Count);
        Assert.Equal(code is null ? 0 : 1, result.Findings.Length);
    }

    [Fact]
    public void Outcomes_become_verdicts_and_exit_codes()
    {
        var policy = Policy(Robust(0.3, maxDrop: 0.01));
        Assert.Equal((Verdict.Passed, ExitCode.Passed), Decision(Judge(0, 0, policy)));
        Assert.Equal((Verdict.Passed, ExitCode.Passed), Decision(Judge(10, 0, policy)));
        Assert.Equal((Verdict.Failed, ExitCode.GateFailed), Decision(Judge(54, 11, policy)));
        Assert.Equal((Verdict.Inconclusive, ExitCode.Passed), Decision(Judge(60, 45, policy)));
        var strict = policy with { Gate = policy.Gate with { OnInconclusive = OnInconclusive.Fail } };
        Assert.Equal((Verdict.Inconclusive, ExitCode.Inconclusive), Decision(Judge(60, 45, strict)));
    }

    [Theory]
    [InlineData(OnInconclusive.Warn, ExitCode.Passed, 0)]
    [InlineData(OnInconclusive.Fail, ExitCode.Inconclusive, 1)]
    internal void An_inconclusive_end_that_fails_always_has_an_error(OnInconclusive choice, ExitCode exit, int errors)
    {
        var policy = Policy(Robust(0.3, min: 0.1));
        policy = policy with { Gate = policy.Gate with { OnInconclusive = choice } };
        var measured = Measured(Bits(900, 1000), Bits(800, 1000), Bits(500, 1000));

        var result = Gate.Decide(policy, measured.With(new FindingFact(new("RG1120", Severity.Warning, null, "blind"))), null);

        Assert.Equal((Verdict.Inconclusive, exit), Decision(result));
        Assert.Equal(errors, result.Findings.Count(finding => finding is { Code: "RG1120", Severity: Severity.Error }));
    }

    [Fact]
    public void A_finding_stands_at_its_rule_in_words_and_numbers()
    {
        var finding = Assert.Single(Judge(54, 11, Policy(Natural(min: 0.5), Worst(0.3, maxDrop: 0.01))).Findings);
        Assert.Equal(
            "robustness.yml(21,7): error RG1001: worst case at ε=0.3 (linf) fell from 500 to 457 of 1000: "
            + "54 samples newly broken, 11 newly robust; drop 4.3 points, allowed 1.0 (p = 3e-8).", finding.ToString());
    }

    [Fact]
    public void Severity_warning_caps_a_rule()
    {
        var result = Judge(54, 11, Policy(Robust(0.3, maxDrop: 0.01, severity: RuleSeverity.Warning)));
        Assert.Equal((Verdict.Passed, ExitCode.Passed), Decision(result));
        Assert.Equal(RuleOutcome.Warned, result.Rules[0].Outcome);
        Assert.Equal(Severity.Warning, result.Findings[0].Severity);
    }

    [Fact]
    public void Severity_warning_does_not_cap_what_was_not_judged()
    {
        var evaluation = Measured(All, Most, Half);
        var unmeasured = Policy(Rule("linear-radius", min: 0, severity: RuleSeverity.Warning));
        var result = Gate.Decide(unmeasured, evaluation, null);
        Assert.Equal((Verdict.Failed, ExitCode.GateFailed), Decision(result));
        Assert.Equal(("RG1005", Severity.Error), (result.Findings[0].Code, result.Findings[0].Severity));

        var compared = Policy(Robust(0.3, maxDrop: 0.01, severity: RuleSeverity.Warning));
        var other = With(evaluation, attack => attack with { Protocol = "pgd/1 steps=10" });
        result = Gate.Decide(compared, evaluation, Pin(compared, other));
        Assert.Equal((Verdict.Failed, ExitCode.BaselineUnusable), Decision(result));
        Assert.Equal(("RG0206", Severity.Error), (result.Findings[0].Code, result.Findings[0].Severity));
    }

    [Fact]
    public void An_indicator_must_cover_the_samples_that_the_policy_asks_for()
    {
        var policy = Policy(Natural(min: 0)) with { Indicator = new(5) };
        double?[] values = [1, 2, 3, 4, 5];
        EvaluationFacts With(int count) => Measured(All, Most, Half, Indicator(Bits(count, count), values[..count]));
        Assert.Equal(ExitCode.Passed, Gate.Decide(policy, With(5), null).ExitCode);
        Assert.Equal(ExitCode.NothingEvaluated, Gate.Decide(policy, With(4), null).ExitCode);
    }

    [Fact]
    public void Several_paired_rules_are_adjusted_together()
    {
        // 14 against 3: p = 0.0064 alone, above alpha once two rules are tested.
        var alone = Judge(14, 3, Policy(Robust(0.3, maxDrop: 0.01)));
        var together = Judge(14, 3, Policy(Robust(0.3, maxDrop: 0.01), Natural(maxDrop: 0.01)));
        Assert.Equal(RuleOutcome.Failed, alone.Rules[0].Outcome);
        Assert.Equal(RuleOutcome.Inconclusive, together.Rules[0].Outcome);
        Assert.Equal(2 * together.Rules[0].P!.Value, together.Rules[0].AdjustedP!.Value, 1e-12);
    }

    [Theory]
    [InlineData(0.5, true)]
    [InlineData(0.501, false)]
    [InlineData(double.NaN, false)]
    public void A_floor_compares_counts(double min, bool passes)
    {
        var policy = Policy(Robust(0.3, min: min));
        var result = Gate.Decide(policy, Measured(All, Most, Half), null);
        Assert.Equal(passes ? ExitCode.Passed : ExitCode.GateFailed, result.ExitCode);
        Assert.Equal(passes ? null : "RG1002", result.Rules[0].Code);
    }

    [Theory]
    [InlineData(0.45, true)]
    [InlineData(0.4734, true)]
    [InlineData(0.4736, false)]
    [InlineData(0.5, false)]
    public void A_floor_with_confidence_compares_the_exact_lower_bound(double min, bool passes)
    {
        // 500 of 1000: one-sided Clopper–Pearson bound at 95 % is 0.473736.
        var policy = Policy(Rule(Metrics.NaturalAccuracy, min: min, confidence: 0.95));
        var result = Gate.Decide(policy, Measured(Half, Half, Half), null);
        Assert.Equal(passes ? ExitCode.Passed : ExitCode.GateFailed, result.ExitCode);
        Assert.Equal(Statistics.ClopperPearsonLower(500, 1000, 0.95), result.Rules[0].LowerBound);
    }

    [Fact]
    public void A_floor_that_the_count_exactly_meets_passes_for_every_fraction()
    {
        for (var total = 1; total <= 300; total += 7)
        {
            for (var ones = 0; ones <= total; ones++)
            {
                var bits = Bits(ones, total);
                var policy = Policy(Natural(min: (double)ones / total), Natural(min: (ones + 0.5) / total));
                var result = Gate.Decide(policy, Measured(bits, bits, bits), null);
                Assert.Equal([RuleOutcome.Passed, RuleOutcome.Failed], result.Rules.Select(rule => rule.Outcome));
            }
        }
    }

    [Fact]
    public void Worst_case_is_everything_at_the_radius_or_below()
    {
        var natural = BitString.Parse("1110");
        var evaluation = Measured(natural, BitString.Parse("1010"), BitString.Parse("1100"));
        Assert.Equal("1010", WorstCase.Of(evaluation, "linf", 0.1)!.Bits.ToString());
        Assert.Equal("1000", WorstCase.Of(evaluation, "linf", 0.3)!.Bits.ToString());
        Assert.Null(WorstCase.Of(evaluation, "linf", 0.05));
        Assert.Null(WorstCase.Of(evaluation, "l2", 0.3));
    }

    [Fact]
    public void A_targeted_attack_counts_in_the_worst_case_where_it_led_to_a_wrong_class()
    {
        // Labels are 0, 1, 2, 3. Sample 1 was moved to a wrong class; sample 2 "to" its own; sample 0 withstood.
        var evaluation = Measured(Bits(4, 4), Bits(4, 4), Bits(4, 4));
        var targeted = With(evaluation, attack => attack with { Targeted = true, Bits = BitString.Parse("1001"), Predictions = [0, 7, 2, 3] });
        Assert.Equal("1011", WorstCase.Of(targeted, "linf", 0.3)!.Bits.ToString());
        Assert.Equal(["pgd-linf-0.1", "pgd-linf-0.3"], WorstCase.Of(targeted, "linf", 0.3)!.Attacks.AsEnumerable());
        Assert.Equal("1111", WorstCase.Of(targeted, "linf", 0.1)!.Bits.ToString());
        var unknown = With(targeted, attack => attack with { Predictions = [] });
        Assert.Equal("1001", WorstCase.Of(unknown, "linf", 0.3)!.Bits.ToString());
    }

    [Fact]
    public void A_targeted_attack_is_pinned_with_what_it_adds_to_the_worst_case()
    {
        var policy = Policy(Worst(0.3, maxDrop: 0));
        var evaluation = With(Measured(Bits(4, 4), Bits(4, 4), Bits(4, 4)), attack => attack with
        {
            Targeted = true, Bits = BitString.Parse("1001"), Predictions = [0, 7, 2, 3],
        });
        var baseline = BaselineFile.Read(BaselineFile.Render(Pin(policy, evaluation)), "baseline");
        Assert.Equal("1011", baseline.Attacks[1].Unbroken!.ToString());
        var rule = Assert.Single(Gate.Decide(policy, evaluation, baseline).Rules);
        Assert.Equal((3, 3, 0), (rule.BaselineCount, rule.Count, rule.NewlyBroken));
    }

    [Fact]
    public void Samples_are_paired_by_id_not_by_position()
    {
        var policy = Policy(Robust(0.3, maxDrop: 0.01));
        var before = Measured(All, Most, Half);
        var order = Enumerable.Range(0, 1000).Reverse().ToArray();
        BitString Reverse(BitString bits) => new(order.Select(i => bits[i]));
        var ids = before.Data!.SampleIds.Chunk(8).Reverse().SelectMany(id => id).ToImmutableArray();
        var reversed = Measured(All, Reverse(Most), Reverse(Half)) with { Data = before.Data with { SampleIds = ids, Sha256 = new string('e', 64) } };
        var result = Gate.Decide(policy, reversed, Pin(policy, before));
        Assert.Equal(ExitCode.Passed, result.ExitCode);
        Assert.Equal((0, 0), (result.Rules[0].NewlyBroken, result.Rules[0].NewlyFixed));
    }

    [Fact]
    public void A_missing_baseline_never_passes_a_rule_that_compares()
    {
        var result = Gate.Decide(Policy(Natural(min: 0.5), Robust(0.3, maxDrop: 0.01)), Measured(All, Most, Half), null);
        Assert.Equal((Verdict.Failed, ExitCode.BaselineUnusable), Decision(result));
        Assert.Equal([RuleOutcome.Passed, RuleOutcome.Failed], result.Rules.Select(rule => rule.Outcome));
        Assert.Equal(["RG0201"], result.Findings.Select(finding => finding.Code));
    }

    public static TheoryData<string, Func<EvaluationFacts, EvaluationFacts>, string> Mismatches => new()
    {
        { "RG0205", e => Measured(Bits(900, 900), Bits(900, 900), Bits(500, 900)), "900" },
        { "RG0205", e => e with { Data = e.Data! with { Sha256 = new string('f', 64) } }, "hash" },
        { "RG0206", e => With(e, attack => attack with { Protocol = "pgd/1 steps=10" }), "steps=10" },
        { "RG0206", e => With(e, attack => attack with { Norm = "l2" }), "linf" },
        { "RG0206", e => With(e, attack => attack with { Epsilon = 0.25 }), "0.25" },
        { "RG0206", e => With(e, attack => attack with { Targeted = true }), "untargeted" },
    };

    [Theory]
    [MemberData(nameof(Mismatches))]
    public void A_baseline_of_something_else_is_not_compared_with(
        string code, Func<EvaluationFacts, EvaluationFacts> change, string says)
    {
        var policy = Policy(Robust(0.3, maxDrop: 0.01));
        var evaluation = Measured(All, Most, Half);
        var result = Gate.Decide(policy, evaluation, Pin(policy, change(evaluation)));
        Assert.Equal((Verdict.Failed, ExitCode.BaselineUnusable), Decision(result));
        var finding = Assert.Single(result.Findings);
        Assert.Equal(code, finding.Code);
        Assert.Contains(says, finding.Message, StringComparison.Ordinal);
        Assert.Contains("baseline update", finding.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_worst_case_is_compared_only_with_the_worst_of_the_same_attacks()
    {
        var policy = Policy(Worst(0.3, maxDrop: 0.01));
        var evaluation = Measured(All, Most, Half);
        var baseline = Pin(policy, evaluation);
        var more = baseline with { Attacks = baseline.Attacks.Add(baseline.Attacks[0] with { Id = "square-linf-0.1" }) };
        var fewer = baseline with { Attacks = baseline.Attacks.RemoveAt(0) };
        Assert.Contains("square-linf-0.1", Assert.Single(Gate.Decide(policy, evaluation, more).Findings).Message, StringComparison.Ordinal);
        Assert.Contains("pgd-linf-0.1", Assert.Single(Gate.Decide(policy, evaluation, fewer).Findings).Message, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Passed, Gate.Decide(policy, evaluation, baseline).ExitCode);
    }

    public static IEnumerable<object[]> Gaps => new TheoryData<ExitCode, string, Func<EvaluationFacts, EvaluationFacts>>()
    {
        { ExitCode.EvaluationCrashed, "RG0906", e => e with { Completed = false } },
        { ExitCode.EvaluationCrashed, "RG0906", e => EvaluationFacts.Empty },
        { ExitCode.NothingEvaluated, "RG0905", e => EvaluationFacts.Empty with { Completed = true } },
        { ExitCode.NothingEvaluated, "RG0905", e => Measured(Bits(0, 0), Bits(0, 0), Bits(0, 0)) },
        { ExitCode.NothingEvaluated, "RG0907", e => e with { Attacks = e.Attacks.RemoveAt(0) } },
        { ExitCode.NothingEvaluated, "RG0907", e => e with { Attacks = e.Attacks.Add(e.Attacks[0]) } },
        { ExitCode.NothingEvaluated, "RG0907", e => With(e, attack => attack with { Bits = Bits(500, 999) }) },
        { ExitCode.NothingEvaluated, "RG0907", e => With(e, attack => attack with { Protocol = "pgd/1 steps=10" }) },
        { ExitCode.NothingEvaluated, "RG0907", e => With(e, attack => attack with { Norm = "l2" }) },
        { ExitCode.NothingEvaluated, "RG0907", e => With(e, attack => attack with { Epsilon = 0.25 }) },
        { ExitCode.NothingEvaluated, "RG0907", e => e with { Natural = e.Natural! with { Bits = Bits(5, 5) } } },
    };

    [Theory]
    [MemberData(nameof(Gaps))]
    internal void What_was_not_measured_never_passes(
        ExitCode exit, string code, Func<EvaluationFacts, EvaluationFacts> change)
    {
        var policy = Policy(Natural(min: 0), Robust(0.3, min: 0));
        var evaluation = Measured(All, Most, Half);
        Assert.Equal(ExitCode.Passed, Gate.Decide(policy, evaluation, null).ExitCode);
        var result = Gate.Decide(policy, change(evaluation), Pin(policy, evaluation));
        Assert.Equal((Verdict.Failed, exit), Decision(result));
        Assert.Contains(code, result.Findings.Select(finding => finding.Code));
        Assert.All(result.Rules, rule => Assert.Equal(RuleOutcome.Failed, rule.Outcome));
    }

    [Fact]
    public void A_policy_without_rules_decides_nothing() =>
        Assert.Equal(ExitCode.NothingEvaluated, Gate.Decide(Policy(), Measured(All, Most, Half), null).ExitCode);

    [Fact]
    public void An_error_of_the_evaluation_itself_fails()
    {
        var evaluation = Measured(All, Most, Half) with { Findings = [new("RG1109", Severity.Error, null, "not credible")] };
        Assert.Equal((Verdict.Failed, ExitCode.GateFailed), Decision(Gate.Decide(Policy(Natural(min: 0)), evaluation, null)));
    }

    [Fact]
    public void Another_seed_is_said()
    {
        var policy = Policy(Robust(0.3, maxDrop: 0.01));
        var evaluation = Measured(All, Most, Half);
        var result = Gate.Decide(policy with { Seed = 7 }, evaluation, Pin(policy, evaluation));
        Assert.Equal((ExitCode.Passed, "RG1104"), (result.ExitCode, Assert.Single(result.Findings).Code));
    }

    private static (Verdict, ExitCode) Decision(GateResult result) => (result.Verdict, result.ExitCode);

    private static EvaluationFacts With(EvaluationFacts evaluation, Func<AttackFact, AttackFact> change) =>
        evaluation with { Attacks = [evaluation.Attacks[0], change(evaluation.Attacks[1])] };
}
