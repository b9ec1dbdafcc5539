using System.Collections.Immutable;
using System.Globalization;
using RobustnessGate.Diagnostics;
using RobustnessGate.Facts;
using RobustnessGate.Gating;
using RobustnessGate.Policies;

namespace RobustnessGate.Integrity;

/// <summary>
/// Whether a change lowers its own bar. The judge before the change (at the merge base) and after it (at the head) are
/// compared field by field; what is judged is the stricter of both, and every weakening is a finding unless an override
/// allows exactly it.
/// </summary>
/// <param name="Effective">The policy to evaluate and judge by: the model of the head under the stricter judge.</param>
/// <param name="EvaluatesBase">Whether seed, data, indicator and attacks are those of the base, because the head's are weaker without leave.</param>
/// <param name="Baseline">What to compare with.</param>
internal sealed record IntegrityReview(
    Policy Effective, bool EvaluatesBase, Baseline? Baseline, ImmutableArray<JudgeChange> Changes,
    ImmutableArray<Finding> Findings)
{
    /// <summary>Field of what stands in data files.</summary>
    public const string ContentField = "data.content";

    /// <param name="before">The policy at the merge base; null on first use.</param>
    /// <param name="today">In UTC; overrides hold on certain days.</param>
    public static IntegrityReview Of(
        Policy? before, Policy after, Baseline? baselineBefore, Baseline? baselineAfter,
        ImmutableArray<Override> overrides, DateOnly today) =>
        Of(before, after, baselineBefore, baselineAfter, [], [], overrides, entry => entry.IsValidOn(today));

    /// <param name="content">Changes of what stands in files that a policy names, which no field shows.</param>
    /// <param name="release">Changes of the last release's baseline.</param>
    /// <param name="holds">Whether an override holds at the time that counts.</param>
    public static IntegrityReview Of(
        Policy? before, Policy after, Baseline? baselineBefore, Baseline? baselineAfter, ImmutableArray<JudgeChange> content,
        ImmutableArray<JudgeChange> release, ImmutableArray<Override> overrides, Func<Override, bool> holds)
    {
        if (before is null)
        {
            return FirstUse(after, baselineAfter);
        }

        JudgeChange Allow(JudgeChange change) => change.Effect != JudgeEffect.Weaker ? change : change with
        {
            AllowedBecause = overrides.FirstOrDefault(entry => Fits(entry, change) && holds(entry))?.Reason,
        };
        var evaluation = PolicyDiff.Evaluation(before, after).Concat(content).Select(Allow).ToArray();
        var gate = PolicyDiff.Gate(before, after, baselineBefore is not null).Concat(RuleDiff.Of(before, after)).Concat(release).Select(Allow).ToArray();
        var baseline = BaselineChange.Of(baselineBefore, baselineAfter).Select(Allow).ToArray();
        ImmutableArray<JudgeChange> changes = [.. evaluation, .. gate, .. baseline];

        var evaluatesBase = evaluation.Any(IsForbidden);
        var findings = changes.Where(change => change.Effect == JudgeEffect.Weaker).Select(change => Weakened(after, change, overrides, holds))
            .Concat(Unused(overrides, changes)).Concat(NeverPinned(before, after, baselineBefore)).ToImmutableArray();
        return new(
            Stricter(before, after, evaluatesBase, changes), evaluatesBase,
            baseline.Any(IsForbidden) || (baselineBefore is not null && baseline.Length == 0) ? baselineBefore : baselineAfter ?? baselineBefore,
            changes, findings);
    }

    /// <summary>What was measured, with what was found about the judge: so results hold it, and the gate fails by it.</summary>
    public EvaluationFacts Observe(EvaluationFacts evaluation) => evaluation with
    {
        Findings = [.. Findings, .. evaluation.Findings], JudgeChanges = Changes,
    };

    private static bool IsForbidden(JudgeChange change) => change is { Effect: JudgeEffect.Weaker, AllowedBecause: null };

    private static bool Fits(Override entry, JudgeChange change) => entry.Change == change.Field && entry.To == change.After;

    /// <summary>Also where no rule compares: a policy that moved to another place would else shed its floors.</summary>
    private static IntegrityReview FirstUse(Policy after, Baseline? baseline)
    {
        var finding = after.Gate.Bootstrap
            ? new Finding("RG0508", Severity.Warning, after.Source.At("gate.bootstrap"),
                "first use: the target branch has no policy, so this change brings its own judge. Review the policy and the baseline as you would a test that never failed.")
            : new Finding("RG0508", Severity.Error, after.Source.At("gate"),
                "the target branch has no policy, so there is nothing that this change could be held to. On first use write bootstrap: true under gate, and remove it once a baseline is pinned there.");
        return new(after, false, baseline, [], [finding]);
    }

    /// <summary>A target branch with a policy that compares, and nothing pinned yet: the change brings its own yardstick.</summary>
    private static IEnumerable<Finding> NeverPinned(Policy before, Policy after, Baseline? pinned)
    {
        if (pinned is null && before.Gate.Rules.Concat(after.Gate.Rules).Any(rule => rule.Compares))
        {
            var bootstrap = before.Gate.Bootstrap || after.Gate.Bootstrap;
            yield return new("RG0508", bootstrap ? Severity.Warning : Severity.Error, after.Source.At("gate.baseline"), bootstrap
                ? "first use: nothing is pinned on the target branch, so this change brings what it is compared with. Review the baseline as you would a test that never failed."
                : "nothing is pinned on the target branch, so there is nothing that this change could be held to. On first use write bootstrap: true under gate, and remove it once a baseline is pinned there.");
        }
    }

    /// <summary>The head's policy that measures as the base did: its model under the base's seed, data, bounds, gradients, indicator and attacks.</summary>
    public static Policy MeasuredAsBefore(Policy before, Policy after) => after with
    {
        Seed = before.Seed, Data = before.Data, Indicator = before.Indicator, Attacks = before.Attacks,
        Model = after.Model with
        {
            Gradients = before.Model.Gradients,
            Input = after.Model.Input with { Bounds = before.Model.Input.Bounds, FeatureBounds = before.Model.Input.FeatureBounds },
        },
    };

    /// <summary>The head's policy, with every field that is weaker without leave as it was.</summary>
    private static Policy Stricter(Policy before, Policy after, bool evaluatesBase, ImmutableArray<JudgeChange> changes)
    {
        bool Allowed(string field) => changes.Any(change => change.Field == field && change.AllowedBecause is not null);
        bool Kept(string field) => changes.Any(change => change.Field == field && IsForbidden(change));
        var gate = after.Gate with
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
        return (evaluatesBase ? MeasuredAsBefore(before, after) : after) with { Gate = gate };
    }

    private static Finding Weakened(Policy after, JudgeChange change, ImmutableArray<Override> overrides, Func<Override, bool> holds)
    {
        var where = after.Source.At(change.Path);
        var what = $"{change.Field}: {change.Before} → {change.After}";
        if (change.AllowedBecause is { } reason)
        {
            var entry = overrides.First(entry => Fits(entry, change) && holds(entry));
            return new("RG0507", Severity.Warning, where, $"{what} lowers the bar, allowed until {Day(entry.Expires)}: {reason}.");
        }

        if (overrides.FirstOrDefault(entry => Fits(entry, change)) is { } invalid)
        {
            return new("RG0504", Severity.Error, invalid.Where,
                $"{what} lowers the bar, and the override that would allow it holds from {Day(invalid.Date)} to {Day(invalid.Expires)} only. Undo the change, or decide anew.");
        }

        var (code, consequence) = change.Field switch
        {
            BaselineChange.Field => ("RG0502", "changes what is compared with; the one of the target branch is used"),
            BaselineChange.ReleaseField => ("RG0502", "changes what falls are counted from since the release; the one of the target branch is used"),
            _ when change.After == JudgeChange.None && change.Before is "runs" or "judged" => ("RG0503", "is gone (renaming is removing); it still counts"),
            ContentField => ("RG0501", "makes other samples or labels of what is measured"),
            _ => ("RG0501", "lowers the bar; the stricter value is what counts"),
        };
        return new(code, Severity.Error, where,
            $"{what} {consequence}. Undo it, or add an entry to {OverridesFile.Name}: change: {change.Field}, to: \"{change.After}\", with reason, date and expires.");
    }

    private static IEnumerable<Finding> Unused(ImmutableArray<Override> overrides, ImmutableArray<JudgeChange> changes) => overrides
        .Where(entry => !changes.Any(change => change.Effect == JudgeEffect.Weaker && Fits(entry, change)))
        .Select(entry => new Finding("RG0505", Severity.Warning, entry.Where,
            $"the override of '{entry.Change}' allows nothing that this change does. Remove it: what lies around gets used."));

    private static string Day(DateOnly day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}
