using System.Collections.Immutable;
using RobustnessGate.Facts;
using RobustnessGate.Maths;
using RobustnessGate.Policies;

namespace RobustnessGate.Integrity;

/// <summary>Rules of two policies, matched by what they look at; their differences, and the stricter of both.</summary>
internal static class RuleDiff
{
    /// <summary>Every limit that differs, and every rule that only one policy has.</summary>
    public static IEnumerable<JudgeChange> Of(Policy before, Policy after)
    {
        var now = Named(after);
        foreach (var (name, rule) in Named(before))
        {
            var field = $"gate.rules.{name}";
            if (!now.TryGetValue(name, out var other))
            {
                yield return new(field, "judged", JudgeChange.None, JudgeEffect.Weaker, "gate.rules");
                continue;
            }

            foreach (var change in Limits(field, rule, other))
            {
                yield return change;
            }
        }

        foreach (var (name, rule) in now.Where(pair => !Named(before).ContainsKey(pair.Key)))
        {
            yield return new($"gate.rules.{name}", JudgeChange.None, "judged", JudgeEffect.Stronger, rule.Path);
        }
    }

    /// <summary>
    /// Each rule with the stricter of its limits, save those whose weakening is allowed; rules that are gone without
    /// leave come back; new rules are added.
    /// </summary>
    public static ImmutableArray<Rule> Stricter(Policy before, Policy after, Func<string, bool> allowed)
    {
        var was = Named(before);
        var now = Named(after);
        return
        [
            .. now.Select(pair => was.TryGetValue(pair.Key, out var old)
                ? Stricter($"gate.rules.{pair.Key}", old, pair.Value, allowed) : pair.Value),
            .. was.Where(pair => !now.ContainsKey(pair.Key) && !allowed($"gate.rules.{pair.Key}"))
                .Select(pair => pair.Value with { Path = "gate.rules" }),
        ];
    }

    private static IEnumerable<JudgeChange> Limits(string field, Rule before, Rule after) =>
    [
        .. JudgeChange.MoreIsStronger($"{field}.min", before.Min, after.Min, $"{after.Path}.min", double.NegativeInfinity),
        .. JudgeChange.MoreIsStronger($"{field}.confidence", before.Confidence, after.Confidence, $"{after.Path}.confidence", 0),
        .. JudgeChange.LessIsStronger($"{field}.max", before.Max, after.Max, $"{after.Path}.max", double.PositiveInfinity),
        .. JudgeChange.LessIsStronger($"{field}.max-drop", before.MaxDrop, after.MaxDrop, $"{after.Path}.max-drop", double.PositiveInfinity),
        .. JudgeChange.LessIsStronger($"{field}.max-drop-ratio", before.MaxDropRatio, after.MaxDropRatio, $"{after.Path}.max-drop-ratio", double.PositiveInfinity),
        .. JudgeChange.LessIsStronger($"{field}.max-rise-ratio", before.MaxRiseRatio, after.MaxRiseRatio, $"{after.Path}.max-rise-ratio", double.PositiveInfinity),
        .. JudgeChange.Any(
            $"{field}.severity", before.Severity, after.Severity, $"{after.Path}.severity",
            after.Severity == RuleSeverity.Error ? JudgeEffect.Stronger : JudgeEffect.Weaker),
    ];

    private static Rule Stricter(string field, Rule before, Rule after, Func<string, bool> allowed)
    {
        double? Greater(string key, double? a, double? b) => allowed($"{field}.{key}") ? b : a is null ? b : b is null ? a : Math.Max(a.Value, b.Value);
        double? Lesser(string key, double? a, double? b) => allowed($"{field}.{key}") ? b : a is null ? b : b is null ? a : Math.Min(a.Value, b.Value);
        return after with
        {
            Min = Greater("min", before.Min, after.Min),
            Confidence = Greater("confidence", before.Confidence, after.Confidence),
            Max = Lesser("max", before.Max, after.Max),
            MaxDrop = Lesser("max-drop", before.MaxDrop, after.MaxDrop),
            MaxDropRatio = Lesser("max-drop-ratio", before.MaxDropRatio, after.MaxDropRatio),
            MaxRiseRatio = Lesser("max-rise-ratio", before.MaxRiseRatio, after.MaxRiseRatio),
            Severity = before.Severity == RuleSeverity.Error && !allowed($"{field}.severity") ? RuleSeverity.Error : after.Severity,
        };
    }

    /// <summary>Rules by what they look at, in the order of the policy; a second rule about the same thing gets a number.</summary>
    private static Dictionary<string, Rule> Named(Policy policy)
    {
        var named = new Dictionary<string, Rule>(StringComparer.Ordinal);
        foreach (var rule in policy.Gate.Rules)
        {
            var name = Name(policy, rule);
            var unique = name;
            for (var i = 2; !named.TryAdd(unique, rule); i++)
            {
                unique = string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{name}#{i}");
            }
        }

        return named;
    }

    private static string Name(Policy policy, Rule rule) => rule.Metric switch
    {
        Metrics.NaturalAccuracy => rule.Metric,
        Metrics.RobustAccuracy => $"{rule.Metric}-{(RuleTargets.Resolve(policy, rule) is [var run] ? run.Id : rule.Attack)}",
        Metrics.WorstCaseAccuracy => $"{rule.Metric}-{rule.Norm.Name()}-{rule.Epsilon?.Text}",
        _ => $"{rule.Metric}-{rule.Statistic.ToString().ToLowerInvariant()}",
    };
}
