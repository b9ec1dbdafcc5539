using System.Diagnostics;
using RobustnessGate.Gating;
using RobustnessGate.Maths;
using RobustnessGate.Policies;
using RobustnessGate.Results;
using RobustnessGate.UseCases;
using static RobustnessGate.Tests.Scene;

namespace RobustnessGate.Tests.UseCases;

public class AuditTests
{
    private static readonly Policy Rules = Policy(
        Natural(maxDrop: 0.005, min: 0.5), Worst(0.3, maxDrop: 0.01), Rule("linear-radius", maxDropRatio: 0.1));

    private static readonly Baseline Pinned = Pin(Rules, Measured(Bits(95, 100), Bits(80, 100), Bits(60, 100), Indicator(Bits(4, 4), 0.1, 0.2, 0.3, 0.4)));

    private static ResultsDocument Stored() => ResultsFile.Read(ResultsFile.Render(Judged(
        Rules, Measured(Bits(94, 100), Bits(80, 100), Bits(40, 100), Indicator(Bits(4, 4), 0.1, 0.1, 0.1, 0.4), "d"), Pinned)), "results.json");

    [Fact]
    public void Honest_results_follow_from_their_outcomes()
    {
        Assert.Empty(Audit.Recompute(Stored(), Rules, Pinned));
        Assert.Empty(Audit.Recompute(Stored(), Rules, null));
    }

    public static IEnumerable<object[]> Edits => new TheoryData<string, Func<ResultsDocument, ResultsDocument>>()
    {
        { "exitCode", r => r with { ExitCode = 0 } },
        { "gate.verdict", r => r with { Gate = r.Gate with { Verdict = Verdict.Passed } } },
        { "gate.rules[1].outcome", r => r with { Gate = r.Gate with { Rules = r.Gate.Rules.SetItem(1, r.Gate.Rules[1] with { Outcome = RuleOutcome.Passed }) } } },
        { "gate.rules[1].adjustedP", r => r with { Gate = r.Gate with { Rules = r.Gate.Rules.SetItem(1, r.Gate.Rules[1] with { AdjustedP = 0.5 }) } } },
        { "gate.rules[1].dropInterval[0]", r => r with { Gate = r.Gate with { Rules = r.Gate.Rules.SetItem(1, r.Gate.Rules[1] with { DropInterval = new(-1, r.Gate.Rules[1].DropInterval!.Value.High) }) } } },
        { "gate.findings", r => r with { Gate = r.Gate with { Findings = [] } } },
        { "attacks[1].robust", r => r with { Attacks = r.Attacks.SetItem(1, r.Attacks[1] with { Robust = 41 }) } },
        { "attacks[1].interval[1]", r => r with { Attacks = r.Attacks.SetItem(1, r.Attacks[1] with { Interval = new(r.Attacks[1].Interval.Low, 1) }) } },
        { "worstCase[1].robust", r => r with { WorstCase = r.WorstCase.SetItem(1, r.WorstCase[1] with { Robust = 60 }) } },
        { "natural.correct", r => r with { Natural = r.Natural! with { Correct = 95 } } },
        { "indicator.summary.linearRadius.median", r => r with { Indicator = r.Indicator! with { Summary = r.Indicator.Summary.SetItem("linearRadius", new(0.2, 0.3, 0.1, 0.4, 4)) } } },
        { "policy.sha256", r => r with { Policy = r.Policy with { Sha256 = "0" } } },
        { "attacks 'pgd-linf-0.3'", r => r with { Attacks = r.Attacks.SetItem(1, r.Attacks[1] with { Bits = Bits(41, 100), Robust = 41 }) } },
        { "wrong without any attack", r => r with { Attacks = r.Attacks.SetItem(0, r.Attacks[0] with { Bits = Bits(100, 100), Robust = 100 }) } },
        { "natural.bits", r => r with { Natural = r.Natural! with { Bits = Bits(95, 100) } } },
    };

    [Theory]
    [MemberData(nameof(Edits))]
    internal void Every_edit_is_named(string where, Func<ResultsDocument, ResultsDocument> edit) =>
        Assert.Contains(Audit.Recompute(edit(Stored()), Rules, Pinned), difference => difference.Contains(where, StringComparison.Ordinal));

    /// <summary>Every list that has an entry a sample, one too short and one too long; those of which nothing is derived as well.</summary>
    public static IEnumerable<object[]> Lengths => new TheoryData<string, Func<ResultsDocument, ResultsDocument>>()
    {
        { "data.labels", r => r with { Data = r.Data! with { Labels = r.Data.Labels[..50] } } },
        { "data.labels", r => r with { Data = r.Data! with { Labels = r.Data.Labels.Add(1) } } },
        { "data.labels", r => r with { Data = r.Data! with { Labels = [] } } },
        { "data.sampleIds", r => r with { Data = r.Data! with { SampleIds = r.Data.SampleIds[..^1] } } },
        { "data.labels", r => r with { Data = r.Data! with { Samples = 99 } } },
        { "natural.bits", r => r with { Natural = r.Natural! with { Bits = new(r.Natural.Bits.Append(false)) } } },
        { "natural.bits", r => r with { Natural = r.Natural! with { Bits = new(r.Natural.Bits.Take(3)) } } },
        { "natural.predictions", r => r with { Natural = r.Natural! with { Predictions = [] } } },
        { "natural.predictions", r => r with { Natural = r.Natural! with { Predictions = r.Natural.Predictions.Add(0) } } },
        { "attacks 'pgd-linf-0.3'.bits", r => r with { Attacks = r.Attacks.SetItem(1, r.Attacks[1] with { Bits = new(r.Attacks[1].Bits.Append(true)) }) } },
        { "attacks 'pgd-linf-0.3'.bits", r => r with { Attacks = r.Attacks.SetItem(1, r.Attacks[1] with { Bits = new([]) }) } },
        { "attacks 'pgd-linf-0.3'.predictions", r => r with { Attacks = r.Attacks.SetItem(1, r.Attacks[1] with { Predictions = r.Attacks[1].Predictions[..1] }) } },
        { "attacks 'pgd-linf-0.3'.predictions", r => r with { Attacks = r.Attacks.SetItem(1, r.Attacks[1] with { Predictions = [] }) } },
        { "attacks 'pgd-linf-0.3'.distances", r => r with { Attacks = r.Attacks.SetItem(1, r.Attacks[1] with { Distances = [0.5] }) } },
        { "worstCase[1].bits", r => r with { WorstCase = r.WorstCase.SetItem(1, r.WorstCase[1] with { Bits = new(r.WorstCase[1].Bits.Append(true)) }) } },
        { "indicator.right", r => r with { Indicator = r.Indicator! with { Right = new(r.Indicator.Right.Append(true)) } } },
        { "indicator.samples", r => r with { Indicator = r.Indicator! with { Samples = 101 } } },
        { "indicator.perSample.linearRadius", r => r with { Indicator = r.Indicator! with { PerSample = new(r.Indicator.PerSample.Values.SetItem("linearRadius", [0.1]), r.Indicator.PerSample.HessianTop) } } },
        { "baseline.natural", r => r with { Baseline = r.Baseline! with { Natural = new(r.Baseline.Natural.Append(true)) } } },
        { "baseline.attacks 'pgd-linf-0.1'.bits", r => r with { Baseline = r.Baseline! with { Attacks = r.Baseline.Attacks.SetItem(0, r.Baseline.Attacks[0] with { Bits = new([true]) }) } } },
        { "baseline.indicator.perSample.linearRadius", r => r with { Baseline = r.Baseline! with { Indicator = r.Baseline.Indicator! with { PerSample = r.Baseline.Indicator.PerSample.SetItem("linearRadius", []) } } } },
        { "there are outcomes and no samples", r => r with { Data = null } },
    };

    [Theory]
    [MemberData(nameof(Lengths))]
    internal void A_list_of_another_length_is_named_and_never_an_internal_error(string where, Func<ResultsDocument, ResultsDocument> edit)
    {
        var read = ResultsFile.Read(ResultsFile.Render(edit(Stored())), "results.json");
        Assert.Contains(Audit.Recompute(read, Rules, null), difference => difference.Contains(where, StringComparison.Ordinal));
        Assert.NotEmpty(Audit.Recompute(read, Rules, Pinned));
    }

    [Fact]
    public void Another_baseline_than_the_pinned_one_is_noticed()
    {
        var other = Pin(Rules, Measured(Bits(95, 100), Bits(80, 100), Bits(41, 100), Indicator(Bits(4, 4), 0.1, 0.2, 0.3, 0.4)));
        Assert.NotEmpty(Audit.Recompute(Stored(), Rules, other));
    }

    [Fact]
    public void Ten_thousand_samples_and_twenty_attacks_are_audited_quickly()
    {
        var entries = Enumerable.Range(1, 20).Select(i => Epsilon.Of(i / 100.0)).ToArray();
        var policy = Policy(Worst(0.2, maxDrop: 0.01)) with
        {
            Attacks = [Rules.Attacks[0] with { Epsilons = [.. entries] }],
        };
        var natural = Bits(9900, 10_000);
        var evaluation = Measured(natural, natural, natural) with
        {
            Attacks = [.. entries.Select((ε, i) => Attack($"pgd-linf-{ε.Text}", ε.Value, Bits(9000 - (i * 100), 10_000)))],
        };
        var text = ResultsFile.Render(Judged(policy, evaluation, Pin(policy, evaluation)));
        Audit.Recompute(ResultsFile.Read(text, "results.json"), policy, null);
        // A second on an idle machine; the limit leaves room for a busy one.
        var clock = Stopwatch.StartNew();
        Assert.Empty(Audit.Recompute(ResultsFile.Read(text, "results.json"), policy, null));
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(10), clock.Elapsed.ToString());
    }
}
