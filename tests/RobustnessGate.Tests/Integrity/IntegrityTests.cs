using System.Collections.Immutable;
using System.Text;
using RobustnessGate.Attacks;
using RobustnessGate.Diagnostics;
using RobustnessGate.Facts;
using RobustnessGate.Gating;
using RobustnessGate.Integrity;
using RobustnessGate.Maths;
using RobustnessGate.Policies;
using RobustnessGate.Reports;
using RobustnessGate.Results;
using RobustnessGate.UseCases;
using static RobustnessGate.Tests.Scene;

namespace RobustnessGate.Tests.Integrity;

public class IntegrityTests
{
    private static readonly DateOnly Today = new(2026, 11, 22);

    private static readonly Policy Base = WithSections(Policy(
        Natural(min: 0.9, maxDrop: 0.005), Robust(0.3, maxDrop: 0.01), Worst(0.3, maxDrop: 0.01), Rule("linear-radius", maxDropRatio: 0.1)));

    private static readonly Baseline Pinned = Pin(Base, Measured(Bits(98, 100), Bits(80, 100), Bits(60, 100), Indicator(Bits(3, 3), 0.1, 0.2, 0.3)));

    private static Policy WithSections(Policy policy) => policy with
    {
        Model = policy.Model with { Sha256 = new string('1', 64) },
        Data = policy.Data with { Samples = 100, Sha256 = new string('2', 64) },
        Indicator = new(3),
        Gate = policy.Gate with { OnInconclusive = OnInconclusive.Fail, Release = "/x/release.json", MaxTotalDrop = 0.02 },
    };

    public static IEnumerable<object[]> Weakenings => new TheoryData<string, string, Func<Policy, Policy>>()
    {
        { "RG0501", "seed", p => p with { Seed = 7 } },
        { "RG0501", "model.sha256", p => p with { Model = p.Model with { Sha256 = null } } },
        { "RG0501", "model.input.bounds", p => p with { Model = p.Model with { Input = p.Model.Input with { Bounds = new(0.4, 0.6) } } } },
        { "RG0501", "data.images", p => p with { Data = p.Data with { Images = "/x/easy.npy" } } },
        { "RG0501", "data.labels", p => p with { Data = p.Data with { Labels = "/x/other.npy" } } },
        { "RG0501", "data.sha256", p => p with { Data = p.Data with { Sha256 = new string('3', 64) } } },
        { "RG0501", "data.sha256", p => p with { Data = p.Data with { Sha256 = null } } },
        { "RG0501", "data.samples", p => p with { Data = p.Data with { Samples = 50 } } },
        { "RG0501", "data.selection", p => p with { Data = p.Data with { Selection = SampleSelection.Random } } },
        { "RG0501", "data.scale", p => p with { Data = p.Data with { Scale = DataScale.None } } },
        { "RG0501", "data.samples", p => p with { Data = p.Data with { Samples = 300 } } },
        { "RG0501", "data.samples", p => p with { Data = p.Data with { Samples = null } } },
        { "RG0501", "indicator.samples", p => p with { Indicator = new(3000) } },
        // ε of the indicator is the least radius where the policy says none.
        { "RG0501", "indicator.epsilon", p => WithAttack(p, a => a with { Epsilons = [Epsilon.Of(0.001), .. a.Epsilons] }) },
        { "RG0501", "indicator.samples", p => p with { Indicator = new(1) } },
        { "RG0501", "indicator.samples", p => p with { Indicator = null } },
        { "RG0501", "indicator.epsilon", p => p with { Indicator = p.Indicator! with { Epsilon = 1e-6 } } },
        { "RG0501", "indicator.epsilon-l2", p => p with { Indicator = p.Indicator! with { EpsilonL2 = 1e-6 } } },
        { "RG0501", "indicator.jitter", p => p with { Indicator = p.Indicator! with { Jitter = 1 } } },
        { "RG0501", "model.gradients", p => p with { Model = p.Model with { Gradients = GradientMode.StraightThrough } } },
        { "RG0503", "attacks.pgd-linf-0.3", p => WithAttack(p, a => a with { Epsilons = [Epsilon.Of(0.1)] }) },
        { "RG0503", "attacks.pgd-linf-0.3", p => WithAttack(p, a => a with { Epsilons = [Epsilon.Of(0.1), Epsilon.Of(0.2)] }) },
        { "RG0503", "attacks.pgd-linf-0.1", p => WithAttack(p, a => a with { Id = "renamed" }) },
        { "RG0501", "attacks.pgd-linf-0.3.steps", p => WithAttack(p, a => a with { Attack = new Pgd(Steps: 10) }) },
        { "RG0501", "attacks.pgd-linf-0.3.random-start", p => WithAttack(p, a => a with { Attack = new Pgd(RandomStart: false) }) },
        { "RG0501", "attacks.pgd-linf-0.3.step-size", p => WithAttack(p, a => a with { Attack = new Pgd(StepSize: 1e-9) }) },
        { "RG0501", "attacks.pgd-linf-0.3.judge", p => WithAttack(p, a => a with { Judge = Judge.Last }) },
        { "RG0501", "attacks.pgd-linf-0.3.target", p => WithAttack(p, a => a with { Target = new Target.Class(3) }) },
        { "RG0501", "gate.baseline", p => p with { Gate = p.Gate with { Baseline = "/x/other.json" } } },
        { "RG0501", "gate.alpha", p => p with { Gate = p.Gate with { Alpha = 1e-9 } } },
        { "RG0501", "gate.alpha", p => p with { Gate = p.Gate with { Alpha = 0.2 } } },
        { "RG0501", "gate.on-inconclusive", p => p with { Gate = p.Gate with { OnInconclusive = OnInconclusive.Warn } } },
        { "RG0501", "gate.bootstrap", p => p with { Gate = p.Gate with { Bootstrap = true } } },
        { "RG0501", "gate.max-total-drop", p => p with { Gate = p.Gate with { MaxTotalDrop = 0.5 } } },
        { "RG0501", "gate.max-total-drop", p => p with { Gate = p.Gate with { MaxTotalDrop = null, Release = null } } },
        { "RG0501", "gate.release", p => p with { Gate = p.Gate with { Release = "/x/lower.json" } } },
        { "RG0503", "gate.rules.worst-case-accuracy-linf-0.3", p => p with { Gate = p.Gate with { Rules = p.Gate.Rules.RemoveAt(2) } } },
        { "RG0501", "gate.rules.natural-accuracy.min", p => WithRule(p, 0, r => r with { Min = 0.1 }) },
        { "RG0501", "gate.rules.natural-accuracy.min", p => WithRule(p, 0, r => r with { Min = null }) },
        { "RG0501", "gate.rules.robust-accuracy-pgd-linf-0.3.max-drop", p => WithRule(p, 1, r => r with { MaxDrop = 0.5 }) },
        { "RG0501", "gate.rules.robust-accuracy-pgd-linf-0.3.severity", p => WithRule(p, 1, r => r with { Severity = RuleSeverity.Warning }) },
        { "RG0501", "gate.rules.linear-radius-median.max-drop-ratio", p => WithRule(p, 3, r => r with { MaxDropRatio = 0.9 }) },
    };

    [Theory]
    [MemberData(nameof(Weakenings))]
    internal void Every_weakening_is_a_finding_and_gains_nothing(string code, string field, Func<Policy, Policy> weaken)
    {
        var head = weaken(Base);
        var review = IntegrityReview.Of(Base, head, Pinned, Pinned, [], Today);
        Assert.Contains(review.Findings, finding =>
            finding.Code == code && finding.Severity == Severity.Error && finding.Message.StartsWith(field + ": ", StringComparison.Ordinal));
        // What counts is what counted before: nothing in the effective judge is weaker than the base.
        var left = IntegrityReview.Of(Base, review.Effective with { Model = review.Effective.Model with { Sha256 = Base.Model.Sha256 } }, Pinned, Pinned, [], Today);
        Assert.DoesNotContain(left.Changes, change => change.Effect == JudgeEffect.Weaker && change.Field != "gate.alpha");
    }

    [Theory]
    [MemberData(nameof(Weakenings))]
    internal void An_override_allows_exactly_its_field_and_value_for_its_time(string code, string field, Func<Policy, Policy> weaken)
    {
        var head = weaken(Base);
        var changes = IntegrityReview.Of(Base, head, Pinned, Pinned, [], Today).Changes;
        ImmutableArray<Override> all = [.. changes.Where(c => c.Effect == JudgeEffect.Weaker).Select(c => Leave(c.Field, c.After))];
        var allowed = IntegrityReview.Of(Base, head, Pinned, Pinned, all, Today);
        Assert.All(allowed.Findings, finding => Assert.Equal(("RG0507", Severity.Warning), (finding.Code, finding.Severity)));
        Assert.Equal(head.Gate.Rules.AsEnumerable(), allowed.Effective.Gate.Rules);
        Assert.Equal(head.Seed, allowed.Effective.Seed);

        Assert.Contains("RG0504", IntegrityReview.Of(Base, head, Pinned, Pinned, all, Today.AddDays(-40)).Findings.Select(f => f.Code));
        Assert.Contains("RG0504", IntegrityReview.Of(Base, head, Pinned, Pinned, all, Today.AddDays(40)).Findings.Select(f => f.Code));
        var others = all.Select(entry => entry with { To = entry.To + "0" }).ToImmutableArray();
        var refused = IntegrityReview.Of(Base, head, Pinned, Pinned, others, Today);
        Assert.Contains(refused.Findings, finding => finding.Code == code && finding.Message.StartsWith(field, StringComparison.Ordinal));
        Assert.Contains("RG0505", refused.Findings.Select(finding => finding.Code));
    }

    public static IEnumerable<object[]> Strengthenings =>
    (TheoryData<Func<Policy, Policy>>)[
        p => p,
        p => WithAttack(p, a => a with { Attack = new Pgd(Steps: 400, Restarts: 5) }),
        p => WithAttack(p, a => a with { Epsilons = [.. a.Epsilons, Epsilon.Of(0.5)] }),
        p => p with { Model = p.Model with { Path = "/x/new.onnx", Sha256 = new string('9', 64) } },
        p => p with { Model = p.Model with { Input = p.Model.Input with { Mean = [0.5], Std = [0.5] } } },
        p => p with { Gate = p.Gate with { MaxTotalDrop = 0.01 } },
        p => p with { Device = "cuda", Report = new(["html"]) },
        p => WithRule(p, 1, r => r with { MaxDrop = 0.001, Min = 0.5, Confidence = 0.95 }),
        p => p with { Gate = p.Gate with { Rules = p.Gate.Rules.Insert(0, Robust(0.1, min: 0.2)) } },
    ];

    [Theory]
    [MemberData(nameof(Strengthenings))]
    internal void A_stricter_judge_needs_no_leave(Func<Policy, Policy> strengthen)
    {
        var head = strengthen(Base);
        var review = IntegrityReview.Of(Base, head, Pinned, Pinned, [], Today);
        Assert.Empty(review.Findings);
        Assert.False(review.EvaluatesBase);
        Assert.Equal(head.Gate.Rules.AsEnumerable(), review.Effective.Gate.Rules);
        Assert.Equal(head.Attacks.AsEnumerable(), review.Effective.Attacks);
    }

    [Fact]
    public void The_stricter_of_both_is_taken_limit_by_limit()
    {
        var head = WithRule(Base, 0, rule => rule with { Min = 0.95, MaxDrop = 0.5 });
        var rule = IntegrityReview.Of(Base, head, Pinned, Pinned, [], Today).Effective.Gate.Rules[0];
        Assert.Equal((0.95, 0.005), (rule.Min, rule.MaxDrop));
    }

    [Fact]
    public void Order_and_lines_of_rules_do_not_matter()
    {
        var head = Base with { Gate = Base.Gate with { Rules = [.. Base.Gate.Rules.Reverse()] } };
        Assert.Empty(IntegrityReview.Of(Base, head, Pinned, Pinned, [], Today).Changes);
    }

    [Fact]
    public void An_edited_baseline_is_not_used()
    {
        var lower = Pinned with { Attacks = [Pinned.Attacks[0], Pinned.Attacks[1] with { Bits = Bits(30, 100) }] };
        var moved = Pinned with { Attacks = [Pinned.Attacks[0], Pinned.Attacks[1] with { Bits = Change(Bits(60, 100), 1, 5) }] };
        var fewer = Pinned with { Attacks = [Pinned.Attacks[1]] };
        var looser = Pinned with { Indicator = Pinned.Indicator! with { Samples = 2, Right = Bits(2, 2), PerSample = Pinned.Indicator.PerSample.SetItem("linearRadius", [0.01, 0.02]) } };
        foreach (var edited in new[] { lower, moved, fewer, looser, null })
        {
            var review = IntegrityReview.Of(Base, Base, Pinned, edited, [], Today);
            Assert.Equal(("RG0502", Severity.Error), (Assert.Single(review.Findings).Code, review.Findings[0].Severity));
            Assert.Same(Pinned, review.Baseline);
        }
    }

    [Fact]
    public void A_tighter_pin_is_free_and_an_override_allows_any_other()
    {
        var tighter = Pinned with { Attacks = [Pinned.Attacks[0], Pinned.Attacks[1] with { Bits = Bits(70, 100) }] };
        var review = IntegrityReview.Of(Base, Base, Pinned, tighter, [], Today);
        Assert.Empty(review.Findings);
        Assert.Same(tighter, review.Baseline);

        var lower = Pinned with { Attacks = [Pinned.Attacks[0], Pinned.Attacks[1] with { Bits = Bits(30, 100) }] };
        var change = Assert.Single(IntegrityReview.Of(Base, Base, Pinned, lower, [], Today).Changes);
        var allowed = IntegrityReview.Of(Base, Base, Pinned, lower, [Leave(change.Field, change.After)], Today);
        Assert.Equal("RG0507", Assert.Single(allowed.Findings).Code);
        Assert.Same(lower, allowed.Baseline);
    }

    /// <summary>Where outcomes come from decides whether they count, so a change of it needs leave, whatever the outcomes are.</summary>
    [Theory]
    [InlineData("libtorch")]
    [InlineData("device")]
    [InlineData("precision")]
    [InlineData("kernels")]
    [InlineData("seed")]
    [InlineData("model")]
    [InlineData("policy")]
    [InlineData("tool")]
    public void Another_origin_of_the_same_outcomes_is_weaker(string part)
    {
        var origin = Pinned.Origin;
        var edited = Pinned with
        {
            Origin = part switch
            {
                "libtorch" => origin with { Torch = "1.0" },
                "device" => origin with { Device = "cuda" },
                "precision" => origin with { Precision = "float32" },
                "kernels" => origin with { Kernels = "other" },
                "seed" => origin with { Seed = 99 },
                "model" => origin with { ModelSha256 = new string('e', 64) },
                "policy" => origin with { PolicySha256 = new string('e', 64) },
                _ => origin with { Tool = "0.0.1" },
            },
        };

        var review = IntegrityReview.Of(Base, Base, Pinned, edited, [], Today);

        var finding = Assert.Single(review.Findings);
        Assert.Equal(("RG0502", Severity.Error), (finding.Code, finding.Severity));
        Assert.StartsWith($"baseline.origin: {part} ", finding.Message, StringComparison.Ordinal);
        Assert.Same(Pinned, review.Baseline);
        var leave = review.Changes.Where(change => change.Effect == JudgeEffect.Weaker).Select(change => Leave(change.Field, change.After));
        Assert.Same(edited, IntegrityReview.Of(Base, Base, Pinned, edited, [.. leave], Today).Baseline);
    }

    /// <summary>A better model pinned in the same change says so truly, and may.</summary>
    [Fact]
    public void A_tighter_pin_of_another_model_is_free_and_one_of_another_machine_is_not()
    {
        var tighter = Pinned with
        {
            Attacks = [Pinned.Attacks[0], Pinned.Attacks[1] with { Bits = Bits(70, 100) }], Origin = Pinned.Origin with { ModelSha256 = new string('e', 64) },
        };
        Assert.Empty(IntegrityReview.Of(Base, Base, Pinned, tighter, [], Today).Findings);

        var elsewhere = tighter with { Origin = tighter.Origin with { Device = "cuda" } };
        Assert.Same(Pinned, IntegrityReview.Of(Base, Base, Pinned, elsewhere, [], Today).Baseline);
    }

    [Fact]
    public void First_use_needs_bootstrap_and_says_so()
    {
        var refused = IntegrityReview.Of(null, Base, null, Pinned, [], Today);
        Assert.Equal(("RG0508", Severity.Error), (refused.Findings[0].Code, refused.Findings[0].Severity));
        var first = IntegrityReview.Of(null, Base with { Gate = Base.Gate with { Bootstrap = true } }, null, Pinned, [], Today);
        Assert.Equal(("RG0508", Severity.Warning), (first.Findings[0].Code, first.Findings[0].Severity));
        // Also where nothing is compared: a policy in another place must not shed its floors in silence.
        var floors = Base with { Gate = Base.Gate with { Rules = [Natural(min: 0.1)], Baseline = null, Release = null, MaxTotalDrop = null } };
        Assert.Equal(("RG0508", Severity.Error), (Assert.Single(IntegrityReview.Of(null, floors, null, null, [], Today).Findings).Code, Severity.Error));
    }

    [Fact]
    public void What_was_found_about_the_judge_fails_the_gate_and_stands_in_the_results()
    {
        var policy = Policy(Natural(min: 0.5), Robust(0.3, maxDrop: 0.01));
        var evaluation = Measured(Bits(98, 100), Bits(80, 100), Bits(60, 100));
        var pinned = Pin(policy, evaluation);
        var head = WithRule(policy, 1, rule => rule with { MaxDrop = 0.9 });
        var weakened = IntegrityReview.Of(policy, head, pinned, pinned, [], Today);
        var results = Judged(weakened.Effective, weakened.Observe(evaluation), weakened.Baseline);
        Assert.Equal((int)ExitCode.GateFailed, results.ExitCode);
        Assert.Contains("max-drop: 0.01 → 0.9 (lowers the bar and is not counted)", Plain(CheckReport.Markdown(results, [])), StringComparison.Ordinal);
        Assert.Empty(Audit.Recompute(ResultsFile.Read(ResultsFile.Render(results), "results.json"), weakened.Effective, null));

        var edited = IntegrityReview.Of(policy, policy, pinned, pinned with { Natural = Bits(10, 100) }, [], Today);
        Assert.Equal((int)ExitCode.BaselineUnusable, Judged(edited.Effective, edited.Observe(evaluation), edited.Baseline).ExitCode);
    }

    [Fact]
    public Task Findings_say_what_to_do()
    {
        var head = WithRule(WithAttack(Base, a => a with { Attack = new Pgd(Steps: 10) }), 1, rule => rule with { MaxDrop = 0.05 }) with { Seed = 7 };
        ImmutableArray<Override> overrides =
        [
            Leave("seed", "7"), Leave("attacks.pgd-linf-0.1.steps", "10") with { Expires = Today.AddDays(-1) }, Leave("gate.alpha", "0.5"),
        ];
        var review = IntegrityReview.Of(Base, head, Pinned, Pinned with { Natural = Bits(10, 100) }, overrides, Today);
        return Verify(string.Join('\n', review.Findings) + "\n");
    }

    private static string Plain(string markdown) => markdown.Replace("\\", "", StringComparison.Ordinal);

    private static Override Leave(string field, string to) =>
        new(field, to, "agreed in review", Today.AddDays(-30), Today.AddDays(30), new Location(OverridesFile.Name, 2, 5));

    private static Policy WithAttack(Policy policy, Func<AttackEntry, AttackEntry> change) =>
        policy with { Attacks = [change(policy.Attacks[0])] };

    private static Policy WithRule(Policy policy, int rule, Func<Rule, Rule> change) =>
        policy with { Gate = policy.Gate with { Rules = policy.Gate.Rules.SetItem(rule, change(policy.Gate.Rules[rule])) } };
}
