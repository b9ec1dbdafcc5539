using System.Collections.Immutable;
using RobustnessGate.Facts;
using RobustnessGate.Gating;
using RobustnessGate.Policies;

namespace RobustnessGate.Integrity;

/// <summary>A judge that a change is held to, as a commit has it.</summary>
/// <param name="Baseline">Pinned there.</param>
internal sealed record EarlierJudge(Policy Policy, Baseline? Baseline)
{
    /// <summary>The policy's text.</summary>
    public byte[] Text { get; init; } = [];

    /// <summary>Whether the head contains the commit. Where it does not, the target moved on, and the change need not know of it.</summary>
    public bool IsMerged { get; init; } = true;

    /// <summary>Changes of what stands in files that the policy names, which no field shows.</summary>
    public ImmutableArray<JudgeChange> Content { get; init; } = [];

    /// <summary>Changes of other files that change nothing of what is measured: the last release's baseline, the format of the model.</summary>
    public ImmutableArray<JudgeChange> Others { get; init; } = [];
}

/// <summary>How the head's judge differs from an earlier one.</summary>
internal sealed record JudgeDifference(
    EarlierJudge Judge, ImmutableArray<JudgeChange> Evaluation, ImmutableArray<JudgeChange> Gate, ImmutableArray<JudgeChange> Baseline)
{
    public IEnumerable<JudgeChange> All => Evaluation.Concat(Gate).Concat(Baseline);

    /// <param name="allow">Says of a weakening whether an override allows it.</param>
    public static JudgeDifference Of(EarlierJudge judge, Policy after, Baseline? baselineAfter, Func<JudgeChange, JudgeChange> allow) => new(
        judge,
        [.. PolicyDiff.Evaluation(judge.Policy, after).Concat(judge.Content).Select(allow)],
        [.. OfGate(judge, after).Concat(judge.Others).Select(allow)],
        [.. BaselineChange.Of(judge.Baseline, baselineAfter, after).Select(allow)]);

    public static IEnumerable<JudgeChange> OfGate(EarlierJudge judge, Policy after) =>
        PolicyDiff.Gate(judge.Policy, after, judge.Baseline is not null).Concat(RuleDiff.Of(judge.Policy, after));

    /// <summary>Each field once: as the judge sees it to which the change is worst.</summary>
    public static ImmutableArray<JudgeChange> Together(IReadOnlyCollection<JudgeDifference> differences) =>
    [
        .. differences.SelectMany(difference => difference.All).GroupBy(change => change.Field)
            .Select(same => same.FirstOrDefault(IntegrityReview.IsForbidden)
                ?? same.FirstOrDefault(change => change.Effect == JudgeEffect.Weaker) ?? same.First()),
    ];
}
