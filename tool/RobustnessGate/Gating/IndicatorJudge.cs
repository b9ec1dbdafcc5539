using RobustnessGate.Diagnostics;
using RobustnessGate.Facts;
using RobustnessGate.Policies;

namespace RobustnessGate.Gating;

/// <summary>
/// Rules about a statistic of the indicator. A change fails with two keys, as a drop of an accuracy does: size, and
/// significance by paired bootstrap. A significant change within what is allowed is no news: the values are
/// deterministic, so that hardly any change is chance.
/// </summary>
internal static class IndicatorJudge
{
    public static (RuleResult, RuleIssue[]) Judge(Rule rule, Values values, GateSection gate, RuleResult open)
    {
        var result = rule.MaxDropRatio is null && rule.MaxRiseRatio is null ? open : Compared(rule, values, open);
        var issues = new List<RuleIssue>();
        if (values.Declined is { } reason)
        {
            issues.Add(RuleIssue.Inconclusive(
                gate, $"{values.Subject} declines to be a criterion: {reason}. Judge by attacks, and see docs/indicators.md") with { Cause = RuleCause.NoCriterion });
        }

        var lost = values.Pairs.Count(pair => pair.Now is null);
        if (lost > 0)
        {
            issues.Add(new(RuleOutcome.Warned, Severity.Warning, RuleCause.NewlyUndefined,
                $"{values.Subject} is newly undefined at {lost} of {values.Pairs.Length} samples right in both, as where gradients vanish; the worst is assumed there"));
        }

        if (rule.MaxDropRatio is { } allowedFall && Drop(rule, values, double.NegativeInfinity) is var fall && !(fall <= allowedFall + RuleJudge.Slack))
        {
            issues.Add(Change(result, fall, lost, gate, $"a fall of {Words.Percent(fall)}, allowed {Words.Percent(allowedFall)}"));
        }

        if (rule.MaxRiseRatio is { } allowedRise && -Drop(rule, values, double.PositiveInfinity) is var rise && !(rise <= allowedRise + RuleJudge.Slack))
        {
            issues.Add(Change(result, rise, lost, gate, $"a rise of {Words.Percent(rise)}, allowed {Words.Percent(allowedRise)}"));
        }

        if (rule.Min is { } min)
        {
            issues.AddRange(RuleJudge.Limit(values.Now >= min, RuleCause.BelowFloor, $"{values.Subject} is {Words.Value(values.Now)}, below the floor of {Words.Value(min)}"));
        }

        if (rule.Max is { } max)
        {
            issues.AddRange(RuleJudge.Limit(values.Now <= max, RuleCause.AboveCeiling, $"{values.Subject} is {Words.Value(values.Now)}, above the ceiling of {Words.Value(max)}"));
        }

        return (result, [.. issues]);
    }

    /// <summary>Numbers of the direction that is limited; of the fall where both are.</summary>
    private static RuleResult Compared(Rule rule, Values values, RuleResult open)
    {
        var missing = rule.MaxDropRatio is null ? double.PositiveInfinity : double.NegativeInfinity;
        return open with
        {
            Value = Now(rule, values, missing), BaselineValue = Before(rule, values), Total = values.Pairs.Length,
            Drop = Drop(rule, values, missing), DropInterval = (rule.MaxDropRatio is null ? values.Rise : values.Fall)?.Drop,
        };
    }

    private static double? Before(Rule rule, Values values) =>
        IndicatorSummary.Of(values.Pairs.Select(pair => pair.Before))[rule.Statistic];

    private static double? Now(Rule rule, Values values, double missing) =>
        IndicatorSummary.Of(values.Assuming(missing).Select(pair => pair.Now))[rule.Statistic];

    private static double Drop(Rule rule, Values values, double missing) =>
        RelativeDrop(Before(rule, values) ?? double.NaN, Now(rule, values, missing) ?? double.NaN);

    private static RuleIssue Change(RuleResult r, double size, int lost, GateSection gate, string words)
    {
        var counted = lost == 0 ? "" : $", {lost} of them newly undefined and counted as the worst value";
        var change = $"{r.Subject} went from {Words.Value(r.BaselineValue)} to {Words.Value(r.Value)} over {r.Total} samples right in both{counted}: "
            + $"{words} (p = {Words.P(r.AdjustedP ?? double.NaN)})";
        // A change without bounds (a mean with assumed worst values, a statistic that left zero) is no matter of chance.
        return !(r.AdjustedP >= gate.Alpha) || !double.IsFinite(size)
            ? new(RuleOutcome.Failed, Severity.Error, RuleCause.IndicatorWorsened, change)
            : RuleIssue.Inconclusive(gate, $"{change}. {r.Total} samples cannot tell this change from chance at alpha {Words.Value(gate.Alpha)}; more samples of the indicator would");
    }

    /// <summary>(before − now) / |before|: 0 where nothing changed, infinite where it left zero.</summary>
    private static double RelativeDrop(double before, double now) =>
        before == now ? 0 : (before - now) / Math.Abs(before);
}
