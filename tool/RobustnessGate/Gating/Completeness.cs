using RobustnessGate.Diagnostics;
using RobustnessGate.Facts;
using RobustnessGate.Maths;
using RobustnessGate.Policies;

namespace RobustnessGate.Gating;

/// <summary>Whether an evaluation measured everything that its policy asks for. What did not run never passes.</summary>
internal static class Completeness
{
    /// <summary>Findings with the exit code that they mean; empty where the evaluation is whole.</summary>
    public static IEnumerable<(ExitCode Exit, Finding Finding)> Gaps(Policy policy, EvaluationFacts evaluation)
    {
        if (!evaluation.Completed)
        {
            yield return (ExitCode.EvaluationCrashed, Error(policy, "", "RG0906",
                $"the evaluation stopped before its end, after {evaluation.Attacks.Length} of {policy.Runs.Count()} attack results. "
                + "What is not measured never passes; run check again."));
            yield break;
        }

        if (policy.Gate.Rules.IsEmpty)
        {
            yield return Nothing(policy, "gate.rules", "RG0905", "the policy has no rules: nothing is decided, so nothing can pass.");
        }

        if (evaluation is not { Data: { Samples: > 0 } data, Natural: { Bits.Count: > 0 } natural })
        {
            yield return Nothing(policy, "data", "RG0905", "not one sample was evaluated.");
            yield break;
        }

        if (natural.Bits.Count != data.Samples || data.SampleIds.Length != 8 * data.Samples
            || SampleIdList.Of(data.SampleIds).Distinct().Count() != data.Samples)
        {
            yield return Nothing(policy, "data", "RG0907",
                $"{data.Samples} samples with {data.SampleIds.Length} bytes of ids and {natural.Bits.Count} predictions do not fit together.");
        }

        foreach (var run in policy.Runs)
        {
            var results = evaluation.Attacks.Where(attack => attack.Id == run.Id).ToArray();
            if (results is not [var result])
            {
                yield return Nothing(policy, run.Entry.Path, "RG0907", $"'{run.Id}' has {results.Length} results instead of one.");
            }
            else if (result.Bits.Count != data.Samples)
            {
                yield return Nothing(policy, run.Entry.Path, "RG0907", $"'{run.Id}' judged {result.Bits.Count} of {data.Samples} samples.");
            }
            else if (Mismatch(run, result) is { } mismatch)
            {
                yield return Nothing(policy, run.Entry.Path, "RG0907", $"'{run.Id}' was not run as the policy says: {mismatch}.");
            }
        }

        if (policy.Indicator is { } asked)
        {
            var wanted = Math.Min(asked.Samples, data.Samples);
            if (evaluation.Indicator is not { } indicator)
            {
                yield return Nothing(policy, "indicator", "RG0907", "the indicator was not computed.");
            }
            else if (indicator.Samples != wanted || indicator.Right.Count != wanted
                || indicator.PerSample.Values.Any(values => values.Length != wanted))
            {
                yield return Nothing(policy, "indicator", "RG0907", $"the indicator covers {indicator.Samples} samples instead of {wanted}, or not with every quantity.");
            }
        }
    }

    /// <summary>How a result differs from what the policy asks for; null where it does not.</summary>
    private static string? Mismatch(AttackRun run, AttackFact result)
    {
        var (norm, radius, protocol) = (run.Entry.Norm.Name(), WorstCase.Radius(run.Epsilon), AttackDescription.Protocol(run));
        if (result.Protocol == AttackDescription.Protocol(run with { Entry = run.Entry with { Eot = run.Entry.Eot ?? AttackEntry.AutomaticDraws } }))
        {
            // The policy leaves the draws open, and the model proved random.
            protocol = result.Protocol;
        }

        return result.Norm != norm ? $"norm {result.Norm} instead of {norm}"
            : result.Epsilon != radius ? $"radius {Words.Radius(result.Epsilon)} instead of {Words.Radius(radius)}"
            : result.Protocol != protocol ? $"'{result.Protocol}' instead of '{protocol}'"
            : null;
    }

    private static (ExitCode, Finding) Nothing(Policy policy, string place, string code, string message) =>
        (ExitCode.NothingEvaluated, Error(policy, place, code, message));

    private static Finding Error(Policy policy, string place, string code, string message) =>
        new(code, Severity.Error, policy.Source.At(place), message);
}
