using System.Collections.Immutable;
using System.Globalization;
using RobustnessGate.Diagnostics;
using RobustnessGate.Facts;
using RobustnessGate.Gating;
using RobustnessGate.Policies;

namespace RobustnessGate.Integrity;

/// <summary>
/// Whether a change lowers its own bar. The judges before the change (at its merge bases, and at the tip of the target) and
/// the one after it (at the head) are compared field by field; what is judged is the strictest of all, and every weakening
/// is a finding unless an override allows exactly it.
/// </summary>
/// <param name="Effective">The policy to evaluate and judge by: the model of the head under the strictest judge.</param>
/// <param name="MeasuredBy">The judge whose seed, data, indicator and attacks count, because the head's are weaker without leave; null where the head's do.</param>
/// <param name="Baseline">What to compare with.</param>
internal sealed record IntegrityReview(
    Policy Effective, EarlierJudge? MeasuredBy, Baseline? Baseline, ImmutableArray<JudgeChange> Changes,
    ImmutableArray<Finding> Findings)
{
    /// <summary>Field of what stands in data files.</summary>
    public const string ContentField = "data.content";

    /// <summary>Field of what the model's file is.</summary>
    public const string FormatField = "model.format";

    public bool EvaluatesBase => MeasuredBy is not null;

    /// <param name="before">The policy at the merge base; null on first use.</param>
    /// <param name="today">In UTC; overrides hold on certain days.</param>
    public static IntegrityReview Of(
        Policy? before, Policy after, Baseline? baselineBefore, Baseline? baselineAfter,
        ImmutableArray<Override> overrides, DateOnly today) =>
        Of(before is null ? [] : [new(before, baselineBefore)], after, baselineAfter, overrides, entry => entry.IsValidOn(today));

    /// <param name="judges">Merge bases first, the target's tip last; none on first use.</param>
    /// <param name="holds">Whether an override holds at the time that counts.</param>
    public static IntegrityReview Of(
        ImmutableArray<EarlierJudge> judges, Policy after, Baseline? baselineAfter, ImmutableArray<Override> overrides, Func<Override, bool> holds)
    {
        if (judges.IsEmpty)
        {
            return FirstUse(after, baselineAfter);
        }

        JudgeChange Allow(JudgeChange change) => change.Effect != JudgeEffect.Weaker ? change : change with
        {
            AllowedBecause = overrides.FirstOrDefault(entry => Fits(entry, change) && holds(entry))?.Reason,
        };
        var differences = judges.Select(judge => JudgeDifference.Of(judge, after, baselineAfter, Allow)).ToArray();
        // Where none of the judges is in the history of the head, the target's is what the change is held to.
        var own = differences.Any(difference => difference.Judge.IsMerged) ? differences.Where(difference => difference.Judge.IsMerged).ToArray() : differences;
        var changes = JudgeDifference.Together(own);
        var missed = differences.Except(own).SelectMany(difference => difference.All)
            .Where(change => IsForbidden(change) && !changes.Any(mine => mine.Effect == JudgeEffect.Weaker && mine.Field == change.Field))
            .DistinctBy(change => change.Field).ToArray();
        // Data are read as they lie here: no judge can put back what a test of the target has become.
        changes = [.. changes, .. missed.Where(change => change.Field == ContentField)];

        var measuredBy = differences.Any(difference => difference.Evaluation.Any(IsForbidden)) ? StricterJudge.Strictest(judges) : null;
        var pinned = StricterJudge.Pinned(judges);
        var baseline = differences.SelectMany(difference => difference.Baseline).ToArray();
        return new(
            StricterJudge.Of(judges, after, measuredBy, Allow), measuredBy,
            baseline.Any(IsForbidden) || (pinned is not null && baseline.Length == 0) ? pinned : baselineAfter ?? pinned, changes,
            [
                .. changes.Where(change => change.Effect == JudgeEffect.Weaker).Select(change => Weakened(after, change, overrides, holds)),
                .. Missed(after, [.. missed.Where(change => change.Field != ContentField)]),
                .. Unused(overrides, [.. changes, .. missed]), .. NeverPinned(judges[^1].Policy, after, pinned),
            ]);
    }

    /// <summary>What was measured, with what was found about the judge: so results hold it, and the gate fails by it.</summary>
    public EvaluationFacts Observe(EvaluationFacts evaluation) => evaluation with
    {
        Findings = [.. Findings, .. evaluation.Findings], JudgeChanges = Changes,
    };

    internal static bool IsForbidden(JudgeChange change) => change is { Effect: JudgeEffect.Weaker, AllowedBecause: null };

    private static bool Fits(Override entry, JudgeChange change) => entry.Change == change.Field && entry.To == change.After;

    /// <summary>Also where no rule compares: a policy that moved to another place would else shed its floors.</summary>
    private static IntegrityReview FirstUse(Policy after, Baseline? baseline)
    {
        var finding = after.Gate.Bootstrap
            ? new Finding("RG0508", Severity.Warning, after.Source.At("gate.bootstrap"),
                "first use: the target branch has no policy, so this change brings its own judge. Review the policy and the baseline as you would a test that never failed.")
            : new Finding("RG0508", Severity.Error, after.Source.At("gate"),
                "the target branch has no policy, so there is nothing that this change could be held to. On first use write bootstrap: true under gate, and remove it once a baseline is pinned there.");
        return new(after, null, baseline, [], [finding]);
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

    /// <summary>What the target hardened while this change was under way: no fault of the change, and it counts all the same.</summary>
    private static IEnumerable<Finding> Missed(Policy after, JudgeChange[] missed)
    {
        if (missed.Length > 0)
        {
            var named = string.Join("; ", missed.Take(MostNamed).Select(change => $"{change.Field}: {change.Before} there, {change.After} here"));
            yield return new("RG0532", Severity.Warning, after.Source.At("gate"),
                $"the target branch has become another judge since this change began, and counts as it is there: {named}"
                + (missed.Length > MostNamed ? FormattableString.Invariant($"; and {missed.Length - MostNamed} more") : "")
                + ". Merge the target into this branch, or rebase it, to see the change as it will be merged.");
        }
    }

    private const int MostNamed = 5;

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
            BaselineChange.Field + BaselineChange.Origin => ("RG0502", "says that pinned outcomes come from elsewhere, which decides what is compared with; the one of the target branch is used"),
            BaselineChange.ReleaseField + BaselineChange.Origin => ("RG0502", "says that the release's outcomes come from elsewhere; the one of the target branch is used"),
            BaselineChange.Field => ("RG0502", "changes what is compared with; the one of the target branch is used"),
            BaselineChange.ReleaseField => ("RG0502", "changes what falls are counted from since the release; the one of the target branch is used"),
            _ when change.After == JudgeChange.None && change.Before is "runs" or "judged" => ("RG0503", "is gone (renaming is removing); it still counts"),
            "data.samples" or "indicator.samples" => ("RG0501", "asks another question: what more samples say can hide what these say, and fewer say less; the target branch's question is what counts"),
            FormatField => ("RG0501", "makes the model code instead of data: it can decide by more than its input, and nobody can read from it what it computes"),
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
