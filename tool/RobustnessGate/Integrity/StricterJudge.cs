using System.Collections.Immutable;
using RobustnessGate.Facts;
using RobustnessGate.Gating;
using RobustnessGate.Policies;

namespace RobustnessGate.Integrity;

/// <summary>The strictest of several judges.</summary>
internal static class StricterJudge
{
    /// <summary>The head's policy, with every field that is weaker without leave as it was.</summary>
    /// <param name="measuredBy">Whose evaluation counts instead of the head's; null for the head's.</param>
    /// <param name="allow">Says of a weakening whether an override allows it.</param>
    public static Policy Of(ImmutableArray<EarlierJudge> judges, Policy after, EarlierJudge? measuredBy, Func<JudgeChange, JudgeChange> allow)
    {
        // Each judge against what the others left: the strictest value of all stays.
        var judged = judges.Aggregate(after, (stricter, judge) => stricter with
        {
            Gate = Gate(judge.Policy, stricter, [.. JudgeDifference.OfGate(judge, stricter).Concat(judge.Others).Select(allow)]),
        });
        return measuredBy is null ? judged : MeasuredAsBefore(measuredBy.Policy, judged);
    }

    /// <summary>The judge that measures at least as strictly as every other; the target's own where none does.</summary>
    public static EarlierJudge Strictest(ImmutableArray<EarlierJudge> judges) => judges.LastOrDefault(judge => judges.All(other =>
        !PolicyDiff.Evaluation(other.Policy, judge.Policy).Any(change => change.Effect == JudgeEffect.Weaker))) ?? judges[^1];

    /// <summary>The tightest pin; the newest where none is; null where nothing is pinned.</summary>
    public static Baseline? Pinned(ImmutableArray<EarlierJudge> judges) => Tightest(judges.Select(judge => judge.Baseline));

    /// <summary>The tightest of pins, the newest last.</summary>
    public static Baseline? Tightest(IEnumerable<Baseline?> pins) =>
        pins.OfType<Baseline>().ToArray() is { Length: > 0 } some ? BaselineChange.Tightest(some) ?? some[^1] : null;

    /// <summary>The head's policy that measures as an earlier one did: its model under that one's seed, data, bounds, gradients, indicator and attacks.</summary>
    public static Policy MeasuredAsBefore(Policy before, Policy after) => after with
    {
        Seed = before.Seed, Data = before.Data, Indicator = before.Indicator, Attacks = before.Attacks,
        Model = after.Model with
        {
            Gradients = before.Model.Gradients,
            Input = after.Model.Input with { Bounds = before.Model.Input.Bounds, FeatureBounds = before.Model.Input.FeatureBounds },
        },
    };

    private static GateSection Gate(Policy before, Policy after, JudgeChange[] changes)
    {
        bool Allowed(string field) => changes.Any(change => change.Field == field && change.AllowedBecause is not null);
        bool Kept(string field) => changes.Any(change => change.Field == field && IntegrityReview.IsForbidden(change));
        return after.Gate with
        {
            Baseline = Kept("gate.baseline") ? before.Gate.Baseline : after.Gate.Baseline,
            // The greater level rejects more; raising it is forbidden because it lowers what a failure means.
            Alpha = Kept("gate.alpha") ? Math.Max(before.Gate.Alpha, after.Gate.Alpha) : after.Gate.Alpha,
            OnInconclusive = Kept("gate.on-inconclusive") ? before.Gate.OnInconclusive : after.Gate.OnInconclusive,
            Bootstrap = Kept("gate.bootstrap") ? before.Gate.Bootstrap : after.Gate.Bootstrap,
            Release = Kept("gate.release") || Kept("gate.max-total-drop") ? before.Gate.Release : after.Gate.Release,
            MaxTotalDrop = Kept("gate.max-total-drop") || (Kept("gate.release") && after.Gate.MaxTotalDrop is null)
                ? before.Gate.MaxTotalDrop : after.Gate.MaxTotalDrop,
            Rules = RuleDiff.Stricter(before, after, Allowed),
        };
    }
}
