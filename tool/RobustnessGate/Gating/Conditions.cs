using RobustnessGate.Diagnostics;
using RobustnessGate.Facts;
using RobustnessGate.Policies;

namespace RobustnessGate.Gating;

/// <summary>What about the judge, not the model, people should know beside the verdict.</summary>
internal static class Conditions
{
    public static IEnumerable<Finding> Findings(Policy policy, EvaluationFacts evaluation, PairedBaseline? baseline)
    {
        if (baseline?.Origin is not { } origin)
        {
            yield break;
        }

        if (policy.Gate.Bootstrap)
        {
            yield return new("RG0509", Severity.Warning, policy.Source.At("gate.bootstrap"),
                "there is a baseline, so bootstrap is no longer needed. Remove it: with it, a baseline that gets lost would go unnoticed.");
        }

        var torch = evaluation.Run?.TorchVersion;
        var differences = new List<string>();
        if (origin.Seed != policy.Seed)
        {
            differences.Add($"seed {origin.Seed}, now {policy.Seed}");
        }

        if (torch is not null && origin.Torch is not null && origin.Torch != torch)
        {
            differences.Add($"libtorch {origin.Torch}, now {torch}");
        }

        if (differences.Count > 0)
        {
            yield return new("RG1104", Severity.Note, policy.Source.At("gate.baseline"),
                $"the baseline was made with {string.Join(" and ", differences)}: part of any difference is chance.");
        }
    }
}
