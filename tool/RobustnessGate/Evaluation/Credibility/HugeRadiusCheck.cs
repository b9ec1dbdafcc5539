using RobustnessGate.Attacks;
using RobustnessGate.Diagnostics;
using RobustnessGate.Facts;
using RobustnessGate.Maths;
using RobustnessGate.Policies;

namespace RobustnessGate.Evaluation.Credibility;

/// <summary>
/// In a ball as wide as the box every sample can become every other, so nothing can withstand a search that works
/// (Carlini et al. 2019, "On evaluating adversarial robustness", Section 4.4). It starts at the samples: a random point of
/// such a ball is noise, which needs no search.
/// </summary>
internal static class HugeRadiusCheck
{
    private const int Samples = 32;

    private static readonly Attack FromSamples = new Pgd(Steps: 50, RandomStart: false, Loss: Loss.Margin);

    /// <param name="probe">Searches.</param>
    /// <param name="natural">Predictions on the samples.</param>
    /// <param name="input">Whose bounds the radius is.</param>
    /// <param name="where">Where the policy names the model.</param>
    /// <returns>RG1116 where more than chance withstands; null otherwise, and where samples of one class alone could tell nothing.</returns>
    public static Suspicion? Examine(Probe probe, NaturalOutcome natural, InputSection input, Location where)
    {
        if (input.Bounds is not { } bounds || natural.Predictions.Distinct().Count() < 2)
        {
            return null;
        }

        var looked = natural.FirstRight(Samples);
        var withstood = probe.Search(FromSamples, Norm.Linf, Epsilon.Of(bounds.Range), null, looked).Left.Length;
        return !(withstood > Chance(looked.Length, natural)) ? null : new Suspicion(
            new Finding("RG1116", Severity.Warning, where, FormattableString.Invariant(
                $"at ε = {bounds.Range}, the whole range of the input, {withstood} of {looked.Length} samples withstand a search along gradients, though samples of other classes lie within that distance. The search does not work on this model, and at smaller radii it works no better.")),
            $"{withstood} of {looked.Length} samples withstand a perturbation as wide as the whole range", Decisive: true);
    }

    /// <summary>As many as a model that guesses gets right, and two standard deviations.</summary>
    private static double Chance(int samples, NaturalOutcome natural)
    {
        var chance = 1.0 / natural.Logits[0].Length;
        return (samples * chance) + (2 * Math.Sqrt(samples * chance * (1 - chance)));
    }
}
