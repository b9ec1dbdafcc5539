using RobustnessGate.Diagnostics;
using RobustnessGate.Maths;
using RobustnessGate.Policies;

namespace RobustnessGate.Evaluation.Credibility;

/// <summary>
/// In a ball as wide as the box every sample can become every other, so nothing can withstand a search that works
/// (Carlini et al. 2019, "On evaluating adversarial robustness", Section 4.4).
/// </summary>
internal static class HugeRadiusCheck
{
    private const int Samples = 32;

    /// <param name="probe">Searches.</param>
    /// <param name="natural">Predictions on the samples.</param>
    /// <param name="robust">For each sample whether anything in ℓ∞ broke it.</param>
    /// <param name="input">Whose bounds the radius is.</param>
    /// <param name="where">Where the policy names the model.</param>
    /// <returns>RG1116 where more than chance withstands; null otherwise, and where samples of one class alone could tell nothing.</returns>
    public static Suspicion? Examine(Probe probe, NaturalOutcome natural, bool[] robust, InputSection input, Location where)
    {
        if (input.Bounds is not { } bounds || natural.Predictions.Distinct().Count() < 2)
        {
            return null;
        }

        var looked = Enumerable.Range(0, robust.Length).Where(i => natural.Right[i]).Take(Samples).ToArray();
        var left = new bool[robust.Length];
        foreach (var sample in looked)
        {
            left[sample] = robust[sample];
        }

        probe.Search(Probe.WhiteBox, Norm.Linf, Epsilon.Of(bounds.Range), null, left);
        var withstood = left.Count(robust => robust);
        var chance = 1.0 / natural.Logits[0].Length;
        var most = looked.Length * chance + (2 * Math.Sqrt(looked.Length * chance * (1 - chance)));
        return !(withstood > most) ? null : new Suspicion(
            new Finding("RG1116", Severity.Warning, where, FormattableString.Invariant(
                $"at ε = {bounds.Range}, the whole range of the input, {withstood} of {looked.Length} samples withstand a search along gradients, though samples of other classes lie within that distance. The search does not work on this model, and at smaller radii it works no better.")),
            $"{withstood} of {looked.Length} samples withstand a perturbation as wide as the whole range", Decisive: true);
    }
}
