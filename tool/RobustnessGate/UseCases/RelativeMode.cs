using RobustnessGate.Diagnostics;
using RobustnessGate.Facts;
using RobustnessGate.Gating;
using RobustnessGate.Policies;
using RobustnessGate.Results;

namespace RobustnessGate.UseCases;

/// <summary>
/// Where a baseline was pinned in another environment (libtorch, device, precision), its model is evaluated here as
/// well, if it can be had, and compared with: outcomes at the boundary may differ between environments for no reason
/// that a model could help.
/// </summary>
/// <param name="Baseline">What to compare with.</param>
/// <param name="Because">How the environments differ, where the baseline's model was evaluated here; null where pinned outcomes are used.</param>
/// <param name="Finding">What people should know of it; null where the environments are alike.</param>
internal sealed record RelativeMode(Baseline? Baseline, string? Because, Finding? Finding)
{
    /// <param name="policy">That was measured and is judged by.</param>
    /// <param name="facts">A whole evaluation.</param>
    /// <param name="evaluateEarlier">Evaluates the baseline's model, preprocessing included, as these facts were measured; null where it cannot be had.</param>
    public static RelativeMode Of(Policy policy, EvaluationFacts facts, Baseline? pinned, Func<EvaluationFacts?> evaluateEarlier)
    {
        var differences = pinned is null ? [] : Fingerprint.Of(pinned.Origin).DifferencesTo(Fingerprint.Of(facts.Run));
        // A pin of other samples is refused as ever; the environment is no excuse for it.
        if (differences.Count == 0 || facts.Data is null || Pairing.Pair(policy, facts.Data, pinned!).Paired is null)
        {
            return new(pinned, null, null);
        }

        var because = string.Join(", ", differences);
        var earlier = evaluateEarlier();
        return earlier is { Completed: true, Data: not null, Model.Sha256: { } sha256 } && sha256 == pinned!.Origin.ModelSha256
            ? new(Pinning.Of(earlier, policy, ToolVersion.Text, Fingerprint.Of(earlier.Run)), because, new("RG0524", Severity.Note, policy.Source.At("gate.baseline"),
                $"the baseline was pinned in another environment ({because}), so its model was evaluated here as well and is compared with (relative mode)."))
            : new(pinned, null, new("RG0525", Severity.Warning, policy.Source.At("gate.baseline"),
                $"the baseline was pinned in another environment ({because}), and its model cannot be had here, so pinned outcomes are compared across environments: "
                + "part of any difference may come from there. With --baseline git:REF the model is taken from the repository; or pin anew in this environment."));
    }
}
