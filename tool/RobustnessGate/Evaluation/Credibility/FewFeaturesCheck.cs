using RobustnessGate.Attacks;
using RobustnessGate.Diagnostics;
using RobustnessGate.Maths;
using RobustnessGate.Policies;

namespace RobustnessGate.Evaluation.Credibility;

/// <summary>
/// The whole range in ℓ0: an attack that may change every feature can make every sample any other. One that still leaves
/// most of them robust has not searched.
/// </summary>
internal static class FewFeaturesCheck
{
    private const int Samples = 32;

    /// <summary>From this share on.</summary>
    private const double Most = 0.5;

    /// <param name="probe">Searches.</param>
    /// <param name="natural">Predictions on the samples.</param>
    /// <returns>RG1116; null where the policy has no attack in ℓ0, or where it works.</returns>
    public static Suspicion? Examine(Probe probe, NaturalOutcome natural, IReadOnlyList<RunResult> results, PolicySource source)
    {
        if (results.FirstOrDefault(result => result.Run.Entry.Norm == Norm.L0) is not { Run: var run } || natural.Predictions.Distinct().Count() < 2)
        {
            return null;
        }

        var attack = run.Entry.Attack is Jsma jsma ? jsma with { Gamma = 1 } : run.Entry.Attack;
        var searched = probe.Search(attack, Norm.L0, run.Epsilon, run.Entry, natural.FirstRight(Samples));
        var withstood = searched.Left.Length;
        return searched.Searched.Length == 0 || !(withstood > Most * searched.Searched.Length) ? null : new Suspicion(
            new Finding("RG1116", Severity.Warning, source.At(run.Entry.Path), FormattableString.Invariant(
                $"'{attack.Name}' leaves {withstood} of {searched.Searched.Length} samples robust though it may change every feature, and every sample can become every other then. It does not work on this model, so its counts at fewer features say nothing: use another attack.")),
            $"{withstood} of {searched.Searched.Length} samples withstand '{attack.Name}' at all features", Decisive: true);
    }
}
