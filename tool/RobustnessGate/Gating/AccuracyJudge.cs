using RobustnessGate.Diagnostics;
using RobustnessGate.Facts;
using RobustnessGate.Maths;
using RobustnessGate.Policies;

namespace RobustnessGate.Gating;

/// <summary>Rules that count samples: floors and ceilings as counts, drops by the verdict table of a paired rule.</summary>
internal static class AccuracyJudge
{
    public static (RuleResult, RuleIssue[]) Judge(Rule rule, Outcomes outcomes, GateSection gate, RuleResult open)
    {
        int ones = open.Count!.Value, total = open.Total!.Value;
        var result = outcomes.Pinned is null ? open : Compared(outcomes, open);
        var measured = $"{outcomes.Subject} is {ones} of {total} ({Words.Percent(open.Value!.Value)})";
        var issues = new List<RuleIssue>();
        if (rule.MaxDrop is { } allowed)
        {
            issues.AddRange(Drop(result, allowed, gate, outcomes.SinceRelease ? RuleCause.FellSinceRelease : RuleCause.Fell));
        }

        if (rule is { Min: { } floor, Confidence: { } confidence })
        {
            issues.AddRange(RuleJudge.Limit(open.LowerBound >= floor, RuleCause.BelowFloor,
                $"{measured}; with {Words.Value(100 * confidence)} % confidence it is at least {Words.Percent(open.LowerBound!.Value)}, below the floor of {Words.Percent(floor)}"));
        }
        else if (rule.Min is { } min)
        {
            issues.AddRange(RuleJudge.Limit(
                ones >= (min * total) - RuleJudge.Slack, RuleCause.BelowFloor, $"{measured}, below the floor of {Words.Percent(min)}"));
        }

        if (rule.Max is { } max)
        {
            issues.AddRange(RuleJudge.Limit(
                ones <= (max * total) + RuleJudge.Slack, RuleCause.AboveCeiling, $"{measured}, above the ceiling of {Words.Percent(max)}"));
        }

        return (result, [.. issues]);
    }

    private static RuleResult Compared(Outcomes outcomes, RuleResult open)
    {
        var (both, @fixed, broken, neither) = outcomes.Table();
        var pinned = outcomes.Pinned!.Ones;
        return open with
        {
            BaselineCount = pinned, BaselineValue = (double)pinned / open.Total!.Value,
            NewlyBroken = broken, NewlyFixed = @fixed, Drop = (double)(broken - @fixed) / open.Total.Value,
            DropInterval = Statistics.PairedDrop(both, @fixed, broken, neither),
        };
    }

    /// <summary>The verdict table of a paired rule: it fails only with both keys, significance and size.</summary>
    private static IEnumerable<RuleIssue> Drop(RuleResult r, double allowed, GateSection gate, RuleCause fallen)
    {
        int broken = r.NewlyBroken!.Value, @fixed = r.NewlyFixed!.Value, total = r.Total!.Value;
        var significant = !(r.AdjustedP >= gate.Alpha);
        var within = broken - @fixed <= (allowed * total) + RuleJudge.Slack;
        var fell = $"{r.Subject} fell from {r.BaselineCount} to {r.Count} of {total}: {Words.Samples(broken)} newly broken, {@fixed} newly robust; "
            + $"drop {Words.Points(r.Drop!.Value)} points, allowed {Words.Points(allowed)} (p = {Words.P(r.AdjustedP ?? double.NaN)})";
        switch (significant, within)
        {
            case (true, false):
                yield return new(RuleOutcome.Failed, Severity.Error, fallen, fell);
                break;
            case (false, false):
                yield return RuleIssue.Inconclusive(gate, $"{fell}. {TooFew(broken, @fixed, total, allowed, gate.Alpha)}");
                break;
            case (true, true) when r.Drop > 0:
                yield return new(RuleOutcome.Warned, Severity.Warning, RuleCause.FellWithinAllowed, $"{fell}. It is real, though within what the rule allows");
                break;
            case (_, true) when -r.Drop > allowed && Statistics.McNemar(@fixed, broken) < gate.Alpha:
                yield return new(RuleOutcome.Passed, Severity.Note, RuleCause.Rose,
                    $"{r.Subject} rose from {r.BaselineCount} to {r.Count} of {total}: pin it with baseline update, so that it cannot be lost again unnoticed");
                break;
        }
    }

    /// <summary>Why the samples do not tell, and how many would.</summary>
    private static string TooFew(int broken, int @fixed, int total, double allowed, double alpha)
    {
        var changed = broken + @fixed;
        var fewest = (int)Math.Floor(Math.Log2(1 / alpha)) + 1;
        var enough = Power.SamplesFor((double)(broken - @fixed) / total, (double)changed / total, alpha, allowed);
        return (changed < fewest
                ? $"Only {Words.Samples(changed)} changed sides, and fewer than {fewest} can never be told from chance at alpha {Words.Value(alpha)}"
                : $"{Words.Count(total)} samples cannot tell this drop from chance at alpha {Words.Value(alpha)}")
            + (enough > total ? $"; {Words.Count(enough.Value)} samples would, in four of five runs" : "; more samples would");
    }
}
