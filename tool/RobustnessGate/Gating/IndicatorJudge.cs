using RobustnessGate.Policies;
using RobustnessGate.Results;

namespace RobustnessGate.Gating;

/// <summary>
/// Rules about a statistic of the indicator. A change fails with two keys, as a drop of an accuracy does: size, and
/// significance by paired bootstrap. A significant change within what is allowed is no news: the values are
/// deterministic, so that hardly any change is chance.
/// </summary>
internal static class IndicatorJudge
{
    public static (RuleResult, Charge[]) Judge(Rule rule, Values values, GateSection gate, RuleResult open)
    {
        var result = rule.MaxDropRatio is null && rule.MaxRiseRatio is null ? open : Compared(rule, values, open);
        var charges = new List<Charge>();
        if (rule.MaxDropRatio is { } fall && !(result.Drop <= fall + RuleJudge.Slack))
        {
            charges.Add(Change(result, gate, $"a fall of {Words.Percent(result.Drop!.Value)}, allowed {Words.Percent(fall)}"));
        }

        if (rule.MaxRiseRatio is { } rise && !(-result.Drop <= rise + RuleJudge.Slack))
        {
            charges.Add(Change(result, gate, $"a rise of {Words.Percent(-result.Drop!.Value)}, allowed {Words.Percent(rise)}"));
        }

        if (rule.Min is { } min)
        {
            charges.AddRange(RuleJudge.Limit(values.Now >= min, "RG1002", $"{values.Subject} is {Words.Value(values.Now)}, below the floor of {Words.Value(min)}"));
        }

        if (rule.Max is { } max)
        {
            charges.AddRange(RuleJudge.Limit(values.Now <= max, "RG1003", $"{values.Subject} is {Words.Value(values.Now)}, above the ceiling of {Words.Value(max)}"));
        }

        return (result, [.. charges]);
    }

    private static RuleResult Compared(Rule rule, Values values, RuleResult open)
    {
        var before = IndicatorSummary.Of(values.Pairs.Select(pair => pair.Before))[rule.Statistic];
        var now = IndicatorSummary.Of(values.Pairs.Select(pair => pair.Now))[rule.Statistic];
        return open with
        {
            Value = now, BaselineValue = before, Total = values.Pairs.Length,
            Drop = RelativeDrop(before ?? double.NaN, now ?? double.NaN), DropInterval = values.Change?.Drop,
        };
    }

    private static Charge Change(RuleResult r, GateSection gate, string size)
    {
        var change = $"{r.Subject} went from {Words.Value(r.BaselineValue)} to {Words.Value(r.Value)} over {r.Total} samples right in both: "
            + $"{size} (p = {Words.P(r.AdjustedP ?? double.NaN)})";
        return !(r.AdjustedP >= gate.Alpha)
            ? new(RuleOutcome.Failed, Severity.Error, "RG1004", change)
            : Charge.Inconclusive(gate, $"{change}. {r.Total} samples cannot tell this change from chance at alpha {Words.Value(gate.Alpha)}; more samples of the indicator would");
    }

    /// <summary>(before − now) / |before|: 0 where nothing changed, infinite where it left zero.</summary>
    private static double RelativeDrop(double before, double now) =>
        before == now ? 0 : (before - now) / Math.Abs(before);
}
