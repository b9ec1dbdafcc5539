using RobustnessGate.Diagnostics;
using RobustnessGate.Gating;
using RobustnessGate.Hosting;
using RobustnessGate.Integrity;
using RobustnessGate.Policies;
using RobustnessGate.Results;

namespace RobustnessGate.UseCases;

/// <summary>Use cases on results that are already there: nothing is evaluated, and libtorch is not needed.</summary>
internal static class StoredResults
{
    /// <param name="path">As the user wrote it.</param>
    /// <exception cref="MistakeException">RG0018 there are none; RG0209 they cannot be read.</exception>
    public static ResultsDocument Read(string path)
    {
        try
        {
            return ResultsFile.Read(File.ReadAllText(path), path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new MistakeException(ExitCode.NothingEvaluated, new Finding("RG0018", Severity.Error, new Location(path, 0, 0),
                $"there are no results to work on: {exception.Message.TrimEnd('.')}. Run check first, or name the results.json of another run."));
        }
    }

    /// <summary>
    /// Recomputes every count, interval, p-value, finding and the verdict from the stored outcomes.
    /// </summary>
    /// <param name="baselinePath">The pinned file to compare with; null to trust the pinned outcomes that the results hold.</param>
    /// <param name="open">Opens the repository that results of a change were held to; git's where null.</param>
    /// <returns>The results, and a finding for each number that says something else: none where everything follows.</returns>
    /// <exception cref="MistakeException">Results, policy or baseline cannot be read.</exception>
    public static (ResultsDocument Stored, IReadOnlyList<Finding> Differences) Verify(
        string resultsPath, string policyPath, string? baselinePath, Func<string, IRepository>? open = null)
    {
        var stored = Read(resultsPath);
        var policy = PolicyReader.Read(policyPath);
        if (stored.Policy.Sha256 != policy.Source.Sha256)
        {
            throw OfAnotherPolicy(resultsPath, policy);
        }

        if (stored.MergeBase is not { } commit)
        {
            return Findings(stored, resultsPath, Audit.Recompute(
                stored, policy, Comparable(stored, Pinned(baselinePath)), baselinePath is null ? null : Pinned(policy.Gate.Release)));
        }

        // The merge base of a commit with its descendant is that commit. Overrides count as they did then, not as they do today.
        var judge = MergeBaseJudge.At((open ?? Git.Open)(policy.Source.Path), commit, policy, entry => WasUsed(stored, entry));
        var refused = stored.Natural is null;
        return Findings(stored, resultsPath,
        [
            .. refused || judge.Review.Changes.SequenceEqual(stored.Integrity) ? Array.Empty<string>() : ["integrity: the stored changes of the judge are not those of the repository"],
            .. refused || Said(judge, policy).SequenceEqual(stored.Observations.Take(judge.Review.Findings.Length)) ? Array.Empty<string>()
                : ["observations: what is stored about the judge does not follow from the repository"],
            .. Audit.Recompute(stored, judge.Review.Effective with { Seed = stored.Seed }, Comparable(stored, judge.Review.Baseline), judge.Release),
        ]);
    }

    /// <summary>In relative mode the baseline's outcomes were measured beside the others; the pinned ones are of another environment.</summary>
    private static Baseline? Comparable(ResultsDocument stored, Baseline? pinned) => stored.Relative is null ? pinned : null;

    private static bool WasUsed(ResultsDocument stored, Override entry) => stored.Integrity.Any(change =>
        change.Field == entry.Change && change.After == entry.To && change.AllowedBecause == entry.Reason);

    private static IEnumerable<FindingResult> Said(MergeBaseJudge judge, Policy policy) =>
        judge.Review.Findings.Select(finding => FindingResult.Of(new Places(policy).Portable(finding)));

    private static (ResultsDocument, IReadOnlyList<Finding>) Findings(ResultsDocument stored, string path, IEnumerable<string> differences) =>
        (stored, [.. differences.Select(difference => new Finding("RG0526", Severity.Error, new Location(path, 0, 0), difference + "."))]);

    private static MistakeException OfAnotherPolicy(string path, Policy policy) => new(
        ExitCode.BaselineUnusable, new Finding("RG0211", Severity.Error, new Location(path, 0, 0),
            $"these results were made with another version of {policy.Source.Display}, so judging them by this one would mix two policies. Run check again."));

    /// <summary>
    /// What would have been decided if the gate were another one. Nothing is written, and the stored results stay what they are.
    /// </summary>
    /// <param name="assignments">Changes of the gate, each as <c>key=value</c>; see <see cref="Gating.WhatIf"/>.</param>
    /// <returns>What is stored, and the same outcomes judged by the other gate.</returns>
    /// <exception cref="MistakeException">RG0005 a change that is none; RG0211 results of another policy.</exception>
    public static (ResultsDocument Stored, ResultsDocument Hypothetical) WhatIf(
        string policyPath, string resultsPath, IReadOnlyList<string> assignments)
    {
        var policy = PolicyReader.Read(policyPath);
        var stored = Read(resultsPath);
        if (stored.Policy.Sha256 != policy.Source.Sha256)
        {
            throw OfAnotherPolicy(resultsPath, policy);
        }

        var judge = stored.MergeBase is { } commit
            ? MergeBaseJudge.At(Git.Open(policy.Source.Path), commit, policy, entry => WasUsed(stored, entry)).Review.Effective : policy;
        var other = assignments.Aggregate(judge with { Seed = stored.Seed }, Gating.WhatIf.Apply);
        var facts = stored.ToEvaluation();
        var gate = stored.Options?.Baseline == RunOptions.NoBaseline
            ? Gate.DecideWithoutBaseline(other, facts)
            : Gate.DecideAgain(other, facts, stored.Baseline, stored.Release);
        return (stored, ResultsDocument.Of(other, facts, new Places(policy).Portable(gate), stored.Tool.Version, stored.Options, stored.Relative));
    }

    private static Baseline? Pinned(string? path) => path is null ? null : BaselineUpdate.Load(path);
}
