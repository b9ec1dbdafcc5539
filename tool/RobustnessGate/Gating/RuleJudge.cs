using RobustnessGate.Policies;
using RobustnessGate.Results;

namespace RobustnessGate.Gating;

/// <summary>Applies one rule's limits to what was measured. Every comparison is written so that NaN fails.</summary>
internal static class RuleJudge
{
    /// <summary>Room for the rounding of products such as 0.07·100. Counts are integers: nothing real lies this close to a limit.</summary>
    private const double Slack = 1e-9;

    /// <summary>The one-sided p-value of a paired rule; null where the rule is not paired or cannot be judged.</summary>
    public static double? P(Rule rule, Measurement measured) =>
        measured is Outcomes { Absent: null, Incomparable: null, Pinned: not null } outcomes && rule.MaxDrop is not null
        && outcomes.Table() is var table
            ? Statistics.McNemar(table.Broken, table.Fixed)
            : null;

    /// <param name="p">From <see cref="P"/>.</param>
    /// <param name="adjusted">The same after Holm.</param>
    public static (RuleResult Result, Finding? Finding) Judge(Rule rule, Measurement measured, Policy policy, double? p, double? adjusted)
    {
        var (result, severity, message) = measured switch
        {
            { Absent: { } reason } => (Unjudged(rule, measured, "RG1005"), Severity.Error,
                $"{measured.Subject} cannot be judged: {reason}. What is not measured never passes."),
            { Incomparable: { } reason } => (Unjudged(rule, measured, "RG0206"), Severity.Error,
                $"{measured.Subject} cannot be compared with the baseline: {reason}. If the change is meant, pin the present results with baseline update."),
            Outcomes outcomes => JudgeOutcomes(rule, outcomes, policy, p, adjusted),
            Values values => JudgeValues(rule, values),
            _ => throw new ArgumentException($"unknown measurement {measured.GetType().Name}"),
        };
        if (result.Code is null)
        {
            return (result, null);
        }

        // A cap is for what was measured and judged. What was not judged passes nowhere (docs/decisions/0001).
        if (rule.Severity == RuleSeverity.Warning && measured is { Absent: null, Incomparable: null } && result.Outcome > RuleOutcome.Warned)
        {
            (result, severity) = (result with { Outcome = RuleOutcome.Warned }, Severity.Warning);
        }

        return (result, new Finding(result.Code, severity, policy.Source.At(rule.Path), message));
    }

    /// <summary>A rule that was not judged: it fails, whatever is known of what it looks at.</summary>
    public static RuleResult Unjudged(Rule rule, Measurement measured, string code)
    {
        var result = new RuleResult(
            rule.Path, rule.Metric, measured.Subject,
            new(rule.Min, rule.Max, rule.MaxDrop, rule.MaxDropRatio, rule.MaxRiseRatio, rule.Confidence), RuleOutcome.Failed, code,
            null, null, null, null, null, null, null, null, null, null, null, null);
        return measured switch
        {
            Outcomes { Absent: null, Bits: { } bits } => result with
            {
                Count = bits.Ones, Total = bits.Count, Value = (double)bits.Ones / bits.Count,
                Interval = Statistics.Wilson(bits.Ones, bits.Count),
            },
            Values { Now: { } now } => result with { Value = now },
            _ => result,
        };
    }

    private static (RuleResult, Severity, string) JudgeOutcomes(
        Rule rule, Outcomes outcomes, Policy policy, double? p, double? adjusted)
    {
        int ones = outcomes.Bits!.Ones, total = outcomes.Bits.Count;
        var result = Unjudged(rule, outcomes, "") with { Outcome = RuleOutcome.Passed, Code = null };
        var verdicts = new List<(RuleOutcome Outcome, Severity Severity, string Code, string Message)>();
        if (outcomes.Pinned is { } pinned)
        {
            var (both, @fixed, broken, neither) = outcomes.Table();
            result = result with
            {
                BaselineCount = pinned.Ones, BaselineValue = (double)pinned.Ones / total,
                NewlyBroken = broken, NewlyFixed = @fixed, Drop = (double)(broken - @fixed) / total,
                DropInterval = Statistics.PairedDrop(both, @fixed, broken, neither), P = p, AdjustedP = adjusted,
            };
            if (rule.MaxDrop is { } allowed)
            {
                var significant = !(adjusted >= policy.Gate.Alpha);
                var within = broken - @fixed <= (allowed * total) + Slack;
                verdicts.AddRange(Compare(result, allowed, significant, within, policy.Gate));
            }
        }

        if (rule is { Min: { } sure, Confidence: { } confidence })
        {
            var least = Statistics.ClopperPearsonLower(ones, total, confidence);
            if (!(least >= sure))
            {
                verdicts.Add((RuleOutcome.Failed, Severity.Error, "RG1002",
                    $"{outcomes.Subject} is {ones} of {total} ({Words.Percent(result.Value!.Value)}), which with {Words.Percent(confidence)} confidence shows at least {Words.Percent(least)}, below the floor of {Words.Percent(sure)}"));
            }
        }
        else if (rule.Min is { } min && !(ones >= (min * total) - Slack))
        {
            verdicts.Add((RuleOutcome.Failed, Severity.Error, "RG1002",
                $"{outcomes.Subject} is {ones} of {total} ({Words.Percent(result.Value!.Value)}), below the floor of {Words.Percent(min)}"));
        }

        if (rule.Max is { } max && !(ones <= (max * total) + Slack))
        {
            verdicts.Add((RuleOutcome.Failed, Severity.Error, "RG1003",
                $"{outcomes.Subject} is {ones} of {total} ({Words.Percent(result.Value!.Value)}), above the ceiling of {Words.Percent(max)}"));
        }

        return Worst(result, verdicts);
    }

    /// <summary>The verdict table of a paired rule: it fails only with both keys, significance and size.</summary>
    private static IEnumerable<(RuleOutcome, Severity, string, string)> Compare(
        RuleResult r, double allowed, bool significant, bool within, GateSection gate)
    {
        var numbers = $"{Words.Samples(r.NewlyBroken!.Value)} newly broken, {r.NewlyFixed} newly robust; drop {Words.Points(r.Drop!.Value)} points, "
            + $"allowed {Words.Points(allowed)} (p = {Words.P(r.AdjustedP!.Value)})";
        var fell = $"{r.Subject} fell from {r.BaselineCount} to {r.Count} of {r.Total}: {numbers}";
        switch (significant, within)
        {
            case (true, false):
                yield return (RuleOutcome.Failed, Severity.Error, "RG1001", fell);
                break;
            case (false, false):
                var severity = gate.OnInconclusive == OnInconclusive.Fail ? Severity.Error : Severity.Warning;
                yield return (RuleOutcome.Inconclusive, severity, "RG1101",
                    $"{fell}. {Words.Count(r.Total!.Value)} samples cannot tell this drop from chance at alpha {Words.Value(gate.Alpha)}; more samples would");
                break;
            case (true, true) when r.Drop > 0:
                yield return (RuleOutcome.Warned, Severity.Warning, "RG1102", $"{fell}. It is real, though within what the rule allows");
                break;
            case (_, true) when -r.Drop > allowed && Statistics.McNemar(r.NewlyFixed!.Value, r.NewlyBroken!.Value) < gate.Alpha:
                yield return (RuleOutcome.Passed, Severity.Note, "RG1103",
                    $"{r.Subject} rose from {r.BaselineCount} to {r.Count} of {r.Total}: pin it with baseline update, so that it cannot be lost again unnoticed");
                break;
        }
    }

    private static (RuleResult, Severity, string) JudgeValues(Rule rule, Values values)
    {
        var result = Unjudged(rule, values, "") with { Outcome = RuleOutcome.Passed, Code = null };
        var verdicts = new List<(RuleOutcome, Severity, string, string)>();
        if (rule.MaxDropRatio is not null || rule.MaxRiseRatio is not null)
        {
            // Where a value is newly undefined, the worst is assumed: whoever makes it vanish gains nothing by it.
            var lost = values.Pairs.Count(pair => pair.Now is null);
            var before = IndicatorSummary.Of(values.Pairs.Select(pair => pair.Before))[rule.Statistic];
            double? Now(double assumed) => IndicatorSummary.Of(values.Pairs.Select(pair => pair.Now ?? assumed))[rule.Statistic];
            var (lowest, highest) = (Now(double.NegativeInfinity), Now(double.PositiveInfinity));
            var now = rule.MaxDropRatio is null ? highest : lowest;
            var drop = RelativeDrop(before ?? double.NaN, lowest ?? double.NaN);
            var rise = -RelativeDrop(before ?? double.NaN, highest ?? double.NaN);
            result = result with
            {
                Value = now, BaselineValue = before, Total = values.Pairs.Length, Drop = rule.MaxDropRatio is null ? -rise : drop,
            };
            var counted = lost == 0 ? "" : $", {lost} of them newly undefined and counted as the worst value";
            var change = $"{values.Subject} went from {Words.Value(before)} to {Words.Value(now)} over {values.Pairs.Length} samples right in both{counted}: ";
            if (lost > 0)
            {
                verdicts.Add((RuleOutcome.Warned, Severity.Warning, "RG1105",
                    $"{values.Subject} is newly undefined at {lost} of {values.Pairs.Length} samples right in both, as where gradients vanish; the worst is assumed there"));
            }

            if (rule.MaxDropRatio is { } maxDrop && !(drop <= maxDrop + Slack))
            {
                verdicts.Add((RuleOutcome.Failed, Severity.Error, "RG1004", $"{change}a fall of {Words.Percent(drop)}, allowed {Words.Percent(maxDrop)}"));
            }

            if (rule.MaxRiseRatio is { } maxRise && !(rise <= maxRise + Slack))
            {
                verdicts.Add((RuleOutcome.Failed, Severity.Error, "RG1004", $"{change}a rise of {Words.Percent(rise)}, allowed {Words.Percent(maxRise)}"));
            }
        }

        if (rule.Min is { } min && !(values.Now >= min))
        {
            verdicts.Add((RuleOutcome.Failed, Severity.Error, "RG1002", $"{values.Subject} is {Words.Value(values.Now)}, below the floor of {Words.Value(min)}"));
        }

        if (rule.Max is { } max && !(values.Now <= max))
        {
            verdicts.Add((RuleOutcome.Failed, Severity.Error, "RG1003", $"{values.Subject} is {Words.Value(values.Now)}, above the ceiling of {Words.Value(max)}"));
        }

        return Worst(result, verdicts);
    }

    /// <summary>(before − now) / |before|: 0 where nothing changed, infinite where it left zero.</summary>
    private static double RelativeDrop(double before, double now) =>
        before == now ? 0 : (before - now) / Math.Abs(before);

    /// <summary>One finding a rule: the worst thing's code, and everything that was found in its words.</summary>
    private static (RuleResult, Severity, string) Worst(
        RuleResult result, List<(RuleOutcome Outcome, Severity Severity, string Code, string Message)> verdicts)
    {
        if (verdicts.Count == 0)
        {
            return (result, Severity.Note, "");
        }

        var ordered = verdicts.OrderByDescending(verdict => verdict.Outcome).ToArray();
        var worst = ordered[0];
        return (
            result with { Outcome = worst.Outcome, Code = worst.Code }, worst.Severity,
            string.Join(". ", ordered.Select(verdict => verdict.Message)) + ".");
    }
}
