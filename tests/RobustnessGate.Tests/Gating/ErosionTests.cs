using RobustnessGate.Diagnostics;
using RobustnessGate.Facts;
using RobustnessGate.Gating;
using RobustnessGate.Policies;
using RobustnessGate.Results;
using RobustnessGate.UseCases;
using static RobustnessGate.Tests.Scene;

namespace RobustnessGate.Tests;

public class ErosionTests
{
    private static readonly BitString All = Bits(1000, 1000);

    private static readonly Policy Rules = WithRelease(Policy(Natural(min: 0.5), Worst(0.3, maxDrop: 0.01)));

    private static Policy WithRelease(Policy policy) =>
        policy with { Gate = policy.Gate with { Release = "/x/release.json", MaxTotalDrop = 0.02 } };

    private static EvaluationFacts At(int robust) => Measured(All, All, Bits(robust, 1000));

    [Fact]
    public void Many_small_falls_add_up_against_the_release()
    {
        var release = Pin(Rules, At(800));
        Assert.Equal(Verdict.Passed, Gate.Decide(Rules, At(792), Pin(Rules, At(800)), release).Verdict);
        var result = Gate.Decide(Rules, At(770), Pin(Rules, At(778)), release);
        Assert.Equal((Verdict.Failed, ExitCode.GateFailed), (result.Verdict, result.ExitCode));
        var total = result.Rules[^1];
        Assert.Equal(("RG1006", 30, "worst case at ε=0.3 (linf), since the release"), (total.Code, total.NewlyBroken!.Value, total.Subject));
        Assert.NotEqual(RuleOutcome.Failed, result.Rules[1].Outcome);
        Assert.Contains("RG1006", result.Findings.Select(finding => finding.Code));
    }

    [Fact]
    public void A_missing_release_never_passes()
    {
        var result = Gate.Decide(Rules, At(800), Pin(Rules, At(800)));
        Assert.Equal((Verdict.Failed, ExitCode.BaselineUnusable), (result.Verdict, result.ExitCode));
        Assert.Contains("release", result.Findings[0].Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_release_of_other_samples_is_not_compared_with()
    {
        var other = Pin(Rules, Measured(Bits(10, 10), Bits(10, 10), Bits(10, 10)));
        Assert.Equal(ExitCode.BaselineUnusable, Gate.Decide(Rules, At(800), Pin(Rules, At(800)), other).ExitCode);
    }

    [Fact]
    public void The_audit_recomputes_the_erosion_too()
    {
        var gate = Gate.Decide(Rules, At(770), Pin(Rules, At(778)), Pin(Rules, At(800)));
        var stored = ResultsFile.Read(ResultsFile.Render(ResultsDocument.Of(Rules, At(770), gate, Tool)), "results.json");
        Assert.Empty(Audit.Recompute(stored, Rules, null));
        Assert.Empty(Audit.Recompute(stored, Rules, Pin(Rules, At(778)), Pin(Rules, At(800))));
    }

    [Fact]
    public void Bootstrap_lets_a_first_run_pass_and_says_so()
    {
        var first = Rules with { Gate = Rules.Gate with { Bootstrap = true, Release = null, MaxTotalDrop = null } };
        var result = Gate.Decide(first, At(800), null);
        Assert.Equal((Verdict.Passed, ExitCode.Passed), (result.Verdict, result.ExitCode));
        Assert.Equal((RuleOutcome.Warned, "RG0508"), (result.Rules[1].Outcome, result.Rules[1].Code));
        Assert.Equal(ExitCode.GateFailed, Gate.Decide(
            first with { Gate = first.Gate with { Rules = [Natural(min: 1, maxDrop: 0.01), Robust(0.3, min: 0.9, maxDrop: 0.01)] } }, At(800), null).ExitCode);
        Assert.Contains("RG0509", Gate.Decide(first, At(800), Pin(first, At(800))).Findings.Select(finding => finding.Code));
    }

    [Fact]
    public void Bootstrap_does_not_excuse_a_baseline_that_cannot_be_paired()
    {
        var first = Rules with { Gate = Rules.Gate with { Bootstrap = true, Release = null, MaxTotalDrop = null } };
        var other = Pin(first, Measured(Bits(10, 10), Bits(10, 10), Bits(10, 10)));
        Assert.Equal(ExitCode.BaselineUnusable, Gate.Decide(first, At(800), other).ExitCode);
    }
}
