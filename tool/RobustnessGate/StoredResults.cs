using RobustnessGate.Gating;
using RobustnessGate.Policies;
using RobustnessGate.Results;

namespace RobustnessGate;

/// <summary>Use cases on results that are already there: nothing is evaluated, and libtorch is not needed.</summary>
public static class StoredResults
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
    /// <returns>The results, and a finding for each number that says something else: none where everything follows.</returns>
    /// <exception cref="MistakeException">Results, policy or baseline cannot be read.</exception>
    public static (ResultsDocument Stored, IReadOnlyList<Finding> Differences) Verify(string resultsPath, string policyPath, string? baselinePath)
    {
        var stored = Read(resultsPath);
        var policy = PolicyReader.Read(policyPath);
        var differences = Audit.Recompute(
            stored, policy, Pinned(baselinePath), baselinePath is null ? null : Pinned(policy.Gate.Release));
        return (stored, [.. differences.Select(difference => new Finding("RG0526", Severity.Error, new Location(resultsPath, 0, 0), difference + "."))]);
    }

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
            throw new MistakeException(ExitCode.BaselineUnusable, new Finding("RG0211", Severity.Error, new Location(resultsPath, 0, 0),
                $"these results were made with another version of {policy.Source.Display}, so judging them by this one would mix two policies. Run check again."));
        }

        var other = assignments.Aggregate(policy with { Seed = stored.Seed }, Gating.WhatIf.Apply);
        var facts = stored.ToEvaluation();
        var gate = stored.Options?.Baseline == RunOptions.NoBaseline
            ? Gate.DecideWithoutBaseline(other, facts)
            : Gate.DecideAgain(other, facts, stored.Baseline, stored.Release);
        return (stored, ResultsDocument.Of(other, facts, new Places(policy).Portable(gate), stored.Tool.Version, stored.Options));
    }

    private static Baseline? Pinned(string? path) => path is null ? null : Pin.Load(path);
}
