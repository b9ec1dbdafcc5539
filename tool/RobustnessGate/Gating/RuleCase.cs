using RobustnessGate.Diagnostics;
using RobustnessGate.Policies;

namespace RobustnessGate.Gating;

/// <summary>A rule with what it looks at: one row of the verdict.</summary>
internal sealed record RuleCase(Rule Rule, Measurement Measured)
{
    /// <summary>Path of the rules that <c>max-total-drop</c> stands for.</summary>
    public const string Total = "gate.max-total-drop";

    public double? P => Measured.P(Rule);

    public RuleResult Unjudged(string code) => RuleJudge.Unjudged(Rule, Measured, code);

    public (RuleResult Result, Finding? Finding) Judge(Policy policy, double? adjusted) => RuleJudge.Judge(Rule, Measured, policy, P, adjusted);

    /// <summary>A rule that has nothing to compare with yet: its limits on what is measured hold, and it says that this was all.</summary>
    public (RuleResult Result, Finding? Finding) OnFirstUse(Policy policy)
    {
        var alone = Rule with { MaxDrop = null, MaxDropRatio = null, MaxRiseRatio = null };
        var (result, finding) = RuleJudge.Judge(alone, Measured, policy, null, null);
        if (finding is not null)
        {
            return (result, finding);
        }

        var message = $"{Measured.Subject} was compared with nothing: there is no baseline yet, and bootstrap lets that pass. Run baseline update, commit the file, and remove bootstrap.";
        return (
            result with { Outcome = RuleOutcome.Warned, Code = RuleCause.FirstUse.Code(), Message = message },
            new(RuleCause.FirstUse.Code(), Severity.Warning, policy.Source.At(Rule.Path), message));
    }
}
