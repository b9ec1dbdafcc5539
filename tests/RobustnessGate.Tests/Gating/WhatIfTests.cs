using RobustnessGate.Diagnostics;
using RobustnessGate.Gating;
using RobustnessGate.Policies;
using static RobustnessGate.Tests.Scene;

namespace RobustnessGate.Tests;

public class WhatIfTests
{
    private static readonly Policy Rules = Policy(Natural(min: 0.5), Robust(0.3, maxDrop: 0.01), Rule("linear-radius", maxDropRatio: 0.1));

    [Fact]
    public void Stored_outcomes_are_judged_by_the_changed_key()
    {
        var before = Measured(Bits(1000, 1000), Bits(900, 1000), Bits(500, 1000), Indicator(Bits(2, 2), 0.1, 0.2));
        var now = before with { Attacks = before.Attacks.SetItem(1, Attack("pgd-linf-0.3", 0.3, Bits(470, 1000))) };
        var results = Judged(Rules, now, Pin(Rules, before));
        Verdict Try(string assignment) => Gate.DecideAgain(WhatIf.Apply(Rules, assignment), results.ToEvaluation(), results.Baseline).Verdict;
        Assert.Equal(Verdict.Failed, results.Gate.Verdict);
        Assert.Equal(Verdict.Passed, Try("rules[1].max-drop=0.03"));
        Assert.Equal(Verdict.Failed, Try("rules[1].max-drop=0.029"));
        Assert.Equal(Verdict.Passed, Try("gate.rules[1].severity=warning"));
        Assert.Equal(Verdict.Inconclusive, Try("gate.alpha=1e-12"));
        Assert.Equal(ExitCode.Inconclusive, Gate.DecideAgain(
            WhatIf.Apply(WhatIf.Apply(Rules, "gate.alpha=1e-12"), "gate.on-inconclusive = fail"), results.ToEvaluation(), results.Baseline).ExitCode);
    }

    [Theory]
    [InlineData("alpha")]
    [InlineData("")]
    [InlineData("=")]
    [InlineData("gate.alpha=")]
    [InlineData("gate.alpha=0")]
    [InlineData("gate.alpha=1")]
    [InlineData("gate.alpha=NaN")]
    [InlineData("gate.alpha=0,05")]
    [InlineData("gate.beta=0.05")]
    [InlineData("gate.on-inconclusive=maybe")]
    [InlineData("rules[3].min=0.5")]
    [InlineData("rules[-1].min=0.5")]
    [InlineData("rules[99999].min=0.5")]
    [InlineData("rules[0].epsilon=0.5")]
    [InlineData("rules[0].min=1.5")]
    [InlineData("rules[0].min=none")]
    [InlineData("rules[0].max-drop-ratio=0.5")]
    [InlineData("rules[2].max-drop=0.5")]
    [InlineData("rules[0].severity=info")]
    [InlineData("attacks[0].epsilon=0.1")]
    public void Anything_else_is_a_mistake(string assignment)
    {
        var mistake = Assert.Throws<MistakeException>(() => WhatIf.Apply(Rules, assignment));
        Assert.Equal((ExitCode.BadCommandLine, "RG0005"), (mistake.ExitCode, mistake.Findings[0].Code));
    }

    [Fact]
    public void A_limit_can_be_taken_away_where_another_remains()
    {
        var rules = Policy(Natural(min: 0.5, maxDrop: 0.01));
        Assert.Null(WhatIf.Apply(rules, "rules[0].min=none").Gate.Rules[0].Min);
    }
}
