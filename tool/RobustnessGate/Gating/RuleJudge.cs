using RobustnessGate.Diagnostics;
using RobustnessGate.Maths;
using RobustnessGate.Policies;

namespace RobustnessGate.Gating;

/// <summary>Applies one rule's limits to what was measured. Every comparison is written so that NaN fails.</summary>
internal static class RuleJudge
{
    /// <summary>Room for the rounding of products such as 0.07·100. Counts are integers: nothing real lies this close to a limit.</summary>
    public const double Slack = 1e-9;

    /// <param name="p">Of what the rule compares, see <see cref="Measurement.P"/>.</param>
    /// <param name="adjusted">The same after Holm.</param>
    public static (RuleResult Result, Finding? Finding) Judge(Rule rule, Measurement measured, Policy policy, double? p, double? adjusted)
    {
        var open = Unjudged(rule, measured, null) with { Outcome = RuleOutcome.Passed, Code = null, P = p, AdjustedP = adjusted };
        var (result, issues) = measured switch
        {
            { Absent: { } reason } => (Unjudged(rule, measured, RuleCause.NotMeasured.Code()), new RuleIssue[]
            {
                new(RuleOutcome.Failed, Severity.Error, RuleCause.NotMeasured, $"{measured.Subject} cannot be judged: {reason}. What is not measured never passes"),
            }),
            { Incomparable: { } reason } => (Unjudged(rule, measured, RuleCause.Incomparable.Code()),
            [
                new(RuleOutcome.Failed, Severity.Error, RuleCause.Incomparable,
                    $"{measured.Subject} cannot be compared with the baseline: {reason}. If the change is meant, pin the present results with baseline update"),
            ]),
            Outcomes outcomes => AccuracyJudge.Judge(rule, outcomes, policy.Gate, open),
            Values values => IndicatorJudge.Judge(rule, values, policy.Gate, open),
            _ => throw new ArgumentException($"unknown measurement {measured.GetType().Name}"),
        };
        if (issues.Length == 0)
        {
            return (result, null);
        }

        // One finding a rule: the worst issue gives the code, all of them the words.
        var ordered = issues.OrderByDescending(issue => issue.Outcome).ToArray();
        // A cap is for what was measured and judged. What was not judged passes nowhere (docs/decisions/0001).
        var worst = measured is { Absent: null, Incomparable: null } ? ordered[0].CappedAt(rule.Severity) : ordered[0];
        var message = string.Join(". ", ordered.Select(issue => issue.Message)) + ".";
        return (
            result with { Outcome = worst.Outcome, Code = worst.Code, Message = message },
            new Finding(worst.Code, worst.Severity, policy.Source.At(rule.Path), message));
    }

    /// <summary>A rule that was not judged: it fails, whatever is known of what it looks at.</summary>
    /// <param name="code">Of what kept it from being judged.</param>
    public static RuleResult Unjudged(Rule rule, Measurement measured, string? code)
    {
        var result = new RuleResult(
            rule.Path, rule.Metric, measured.Subject,
            new(rule.Min, rule.Max, rule.MaxDrop, rule.MaxDropRatio, rule.MaxRiseRatio, rule.Confidence), RuleOutcome.Failed)
        {
            Code = code,
        };
        return measured switch
        {
            Outcomes { Absent: null, Bits: { } bits } => result with
            {
                Count = bits.Ones, Total = bits.Count, Value = (double)bits.Ones / bits.Count,
                Interval = Statistics.Wilson(bits.Ones, bits.Count),
                LowerBound = rule.Confidence is { } confidence ? Statistics.ClopperPearsonLower(bits.Ones, bits.Count, confidence) : null,
            },
            Values { Now: { } now } => result with { Value = now },
            _ => result,
        };
    }

    /// <summary>Of limits on what is measured, which every kind of rule has.</summary>
    /// <param name="kept">Whether the limit holds.</param>
    public static IEnumerable<RuleIssue> Limit(bool kept, RuleCause cause, string message)
    {
        if (!kept)
        {
            yield return new(RuleOutcome.Failed, Severity.Error, cause, message);
        }
    }
}

/// <summary>One thing that a rule has to say.</summary>
internal sealed record RuleIssue(RuleOutcome Outcome, Severity Severity, RuleCause Cause, string Message)
{
    public string Code => Cause.Code();

    /// <summary>A rule of severity warning never fails the gate.</summary>
    public RuleIssue CappedAt(RuleSeverity severity) =>
        severity == RuleSeverity.Warning && Outcome > RuleOutcome.Warned
            ? this with { Outcome = RuleOutcome.Warned, Severity = Severity.Warning }
            : this;

    /// <summary>A drop beyond what is allowed that chance could explain.</summary>
    public static RuleIssue Inconclusive(GateSection gate, string message) => new(
        RuleOutcome.Inconclusive, gate.OnInconclusive == OnInconclusive.Fail ? Severity.Error : Severity.Warning, RuleCause.CannotTell, message);
}
