using RobustnessGate.Diagnostics;
using RobustnessGate.Facts;
using RobustnessGate.Gating;
using RobustnessGate.Hosting;
using RobustnessGate.Integrity;
using RobustnessGate.Policies;
using RobustnessGate.Results;

namespace RobustnessGate.UseCases;

/// <summary>Stored results recomputed, beside what the repository says of the judge and of pinned outcomes. Each answer is what does not fit; none where all does.</summary>
internal sealed class Verification(ResultsDocument stored, Policy policy, Func<string, IRepository> open)
{
    /// <param name="path">Of a baseline; null for the one that the results, or else the policy, name.</param>
    public IEnumerable<string> AgainstFile(string? path)
    {
        var isNamed = path is not null;
        if (stored.Options?.Baseline == RunOptions.NoBaseline)
        {
            return Audit.Recompute(stored, policy, null);
        }

        var file = path ?? (stored.Options?.Baseline is { } compared
            ? Path.Combine(Path.GetDirectoryName(Path.GetFullPath(policy.Source.Path))!, compared) : policy.Gate.Baseline);
        var pinned = file is null ? null : isNamed ? BaselineUpdate.Load(file) : BaselineUpdate.Read(file);
        var release = pinned is null || policy.Gate.Release is not { } since ? null : isNamed ? BaselineUpdate.Load(since) : BaselineUpdate.Read(since);
        return OfAnother(pinned, file) is { } other && !isNamed ? [other] : Audit.Recompute(stored, policy, Comparable(pinned), Comparable(release));
    }

    /// <param name="target">A reference of the target, to derive the judges from; null to take those that the results name.</param>
    public IEnumerable<string> AgainstRepository(string? target)
    {
        var repository = open(policy.Source.Path);
        if (target is not null && stored.Judges.FirstOrDefault(commit => !repository.Holds(target, commit)) is { } foreign)
        {
            return [$"options.baseline: the commit {foreign} is no part of the history of '{target}', so it is nothing that a change could be held to"];
        }

        // Overrides count as they did then, not as they do today.
        var judge = MergeBaseJudge.Of(repository, stored.Judges, policy, entry => StoredResults.WasUsed(stored, entry));
        var refused = stored.Natural is null;
        return
        [
            .. target is null ? [] : Stricter(repository, target, judge),
            .. refused || judge.Review.Changes.SequenceEqual(stored.Integrity) ? Array.Empty<string>() : ["integrity: the stored changes of the judge are not those of the repository"],
            .. refused || Said(judge).SequenceEqual(stored.Observations.Take(judge.Review.Findings.Length)) ? Array.Empty<string>()
                : ["observations: what is stored about the judge does not follow from the repository"],
            .. Audit.Recompute(stored, judge.Review.Effective with { Seed = stored.Seed }, Comparable(judge.Review.Baseline), Comparable(judge.Release)),
        ];
    }

    /// <summary>The judge that the results name must be as strict as each that the repository names: which commits they were held to is written by whoever wrote them.</summary>
    private static IEnumerable<string> Stricter(IRepository repository, string target, MergeBaseJudge judge)
    {
        var named = judge.Commits;
        var expected = MergeBaseJudge.Of(repository, repository.Judges(target), judge.Review.Effective, _ => false);
        return expected.Judges.Where(pair => !named.Contains(pair.Commit))
            .SelectMany(pair => IntegrityReview.Of([pair.Judge], judge.Review.Effective, judge.Review.Baseline, [], _ => false).Changes
                .Where(change => change.Effect == JudgeEffect.Weaker && change.Field != IntegrityReview.ContentField)
                .Select(change => $"{change.Field}: the run was held to {change.After}, '{target}' at {pair.Commit[..8]} asks for {change.Before}"));
    }

    /// <summary>In one line what would else be a hundred differences.</summary>
    private string? OfAnother(Baseline? pinned, string? file)
    {
        if (stored.Data is not { } data || (stored.Baseline is null && pinned is null))
        {
            return null;
        }

        if (pinned is null)
        {
            return $"baseline: the run compared with pinned outcomes, and there is no file {(file is null ? "that the policy names" : BaselineUpdate.Display(file))} that holds them";
        }

        var paired = Pairing.Pair(policy, new DataFact(data.Sha256, data.Samples, data.SampleIds, data.Labels), pinned).Paired;
        if (stored.Baseline is not { } used)
        {
            // An evaluation that did not finish is compared with nothing, and does not pass.
            return paired is null || stored.ExitCode != (int)ExitCode.Passed ? null : $"baseline: the run compared with nothing, and {BaselineUpdate.Display(file!)} holds pinned outcomes of these samples";
        }

        var same = stored.Relative is not null ? pinned.Origin.ModelSha256 == used.Origin.ModelSha256
            : paired is not null && paired.Natural.Equals(used.Natural) && paired.Origin == used.Origin && paired.Attacks.SequenceEqual(used.Attacks);
        return same ? null : $"baseline: the pinned outcomes that the run compared with are not those of {BaselineUpdate.Display(file!)} as it is now";
    }

    /// <summary>In relative mode the baseline's outcomes were measured beside the others; the pinned ones are of another environment.</summary>
    private Baseline? Comparable(Baseline? pinned) => stored.Relative is null ? pinned : null;

    private IEnumerable<FindingResult> Said(MergeBaseJudge judge) =>
        judge.Review.Findings.Select(finding => FindingResult.Of(new Places(policy).Portable(finding)));
}
