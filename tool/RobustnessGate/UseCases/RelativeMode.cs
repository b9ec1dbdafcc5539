using RobustnessGate.Diagnostics;
using RobustnessGate.Facts;
using RobustnessGate.Gating;
using RobustnessGate.Maths;
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
        if (earlier is not { Completed: true, Data: { } data, Model.Sha256: { } sha256 } || sha256 != pinned!.Origin.ModelSha256)
        {
            return new(pinned, null, new("RG0525", Severity.Warning, policy.Source.At("gate.baseline"),
                $"the baseline was pinned in another environment ({because}), and its model cannot be had here, so pinned outcomes are compared across environments: "
                + "part of any difference may come from there. With --baseline git:REF the model is taken from the repository; or pin anew in this environment."));
        }

        var here = Pinning.Of(earlier, policy, ToolVersion.Text, Fingerprint.Of(earlier.Run));
        return Pairing.Pair(policy, data, pinned).Paired is { } there && FellBetween(there, here, policy.Gate.Alpha) is { } fell
            ? new(pinned, null, new("RG0531", Severity.Warning, policy.Source.At("gate.baseline"),
                $"the baseline says that it was pinned in another environment ({because}), but no environment explains that its model, evaluated here, {fell}: "
                + "the pinned outcomes are compared with, whatever was pinned. Pin anew in this environment, and let a reviewer see both."))
            : new(here, because, new("RG0524", Severity.Note, policy.Source.At("gate.baseline"),
                $"the baseline was pinned in another environment ({because}), so its model was evaluated here as well and is compared with (relative mode)."));
    }

    /// <summary>
    /// Where a model's outcomes here are so much below those that were pinned that chance at the boundary does not explain it;
    /// null where nowhere. Whoever can make a gate measure again must not lower it by that.
    /// </summary>
    private static string? FellBetween(PairedBaseline there, Baseline here, double alpha)
    {
        var pairs = here.Attacks.Select(now => (now.Id, Was: there.Attacks.FirstOrDefault(was => was.Id == now.Id && was.Protocol == now.Protocol)?.Bits, Is: now.Bits))
            .Prepend((Id: "natural", Was: there.Natural, Is: here.Natural))
            .Where(pair => pair.Was?.Count == pair.Is.Count).ToArray();
        var p = Statistics.Holm([.. pairs.Select(pair => Statistics.McNemar(
            Enumerable.Range(0, pair.Is.Count).Count(i => pair.Was![i] && !pair.Is[i]), Enumerable.Range(0, pair.Is.Count).Count(i => !pair.Was![i] && pair.Is[i])))]);
        return pairs.Zip(p).Where(tested => !(tested.Second >= alpha))
            .Select(tested => $"has {tested.First.Is.Ones} of {tested.First.Is.Count} right under '{tested.First.Id}' and had {tested.First.Was!.Ones}").FirstOrDefault();
    }
}
