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
    /// Recomputes every count, interval, p-value, finding and the verdict from the stored outcomes, and asks the repository
    /// for what they were compared with.
    /// </summary>
    /// <param name="baseline">A pinned file, or a git reference of the target behind <see cref="TargetBranch.Prefix"/>; null for the file that the results name.</param>
    /// <param name="open">Opens the repository that results of a change were held to; git's where null.</param>
    /// <returns>The results, and a finding for each number that says something else: none where everything follows.</returns>
    /// <exception cref="MistakeException">Results, policy or baseline cannot be read.</exception>
    public static (ResultsDocument Stored, IReadOnlyList<Finding> Differences) Verify(
        string resultsPath, string policyPath, string? baseline, Func<string, IRepository>? open = null)
    {
        var stored = Read(resultsPath);
        var policy = PolicyReader.Read(policyPath);
        if (stored.Policy.Sha256 != policy.Source.Sha256)
        {
            throw OfAnotherPolicy(resultsPath, policy);
        }

        var target = baseline?.StartsWith(TargetBranch.Prefix, StringComparison.Ordinal) == true ? baseline[TargetBranch.Prefix.Length..] : null;
        var verification = new Verification(stored, policy, open ?? Git.Open);
        var differences = stored.Judges.IsEmpty
            ? target is null ? verification.AgainstFile(baseline) : [$"options.baseline: the run was held to no commit, and not to '{target}'"] : verification.AgainstRepository(target);
        return (stored, [.. differences.Select(difference => new Finding("RG0526", Severity.Error, new Location(resultsPath, 0, 0), difference + "."))]);
    }

    internal static bool WasUsed(ResultsDocument stored, Override entry) => stored.Integrity.Any(change =>
        change.Field == entry.Change && change.After == entry.To && change.AllowedBecause == entry.Reason);

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

        var judge = !stored.Judges.IsEmpty
            ? MergeBaseJudge.Of(Git.Open(policy.Source.Path), stored.Judges, policy, entry => WasUsed(stored, entry)).Review.Effective : policy;
        var other = assignments.Aggregate(judge with { Seed = stored.Seed }, Gating.WhatIf.Apply);
        var facts = stored.ToEvaluation();
        var gate = stored.Options?.Baseline == RunOptions.NoBaseline
            ? Gate.DecideWithoutBaseline(other, facts)
            : Gate.DecideAgain(other, facts, stored.Baseline, stored.Release);
        return (stored, ResultsDocument.Of(other, facts, new Places(policy).Portable(gate), stored.Tool.Version, stored.Options, stored.Relative));
    }
}
