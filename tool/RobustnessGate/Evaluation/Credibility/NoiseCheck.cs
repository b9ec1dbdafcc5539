using RobustnessGate.Attacks;
using RobustnessGate.Diagnostics;
using RobustnessGate.Policies;

namespace RobustnessGate.Evaluation.Credibility;

/// <summary>Where random points do as much as gradients, the gradients say nothing.</summary>
internal static class NoiseCheck
{
    /// <summary>Fewer could be chance.</summary>
    private const int Least = 3;

    /// <returns>RG1115; null where the best attack with gradients breaks more than noise in the same ball.</returns>
    public static Suspicion? Examine(IReadOnlyList<RunResult> results, PolicySource source)
    {
        foreach (var noise in results.Where(result => result.Run.Entry.Attack is Noise))
        {
            var best = results.Where(result => result.FollowsGradients && result.Compares(noise)).MinBy(result => result.Robust);
            // Attacks start from samples that are wrong already; what noise adds to those is not known here, and need not be.
            if (best is not null && best.Robust >= noise.Robust && Missed(noise, best) >= Least)
            {
                return new Suspicion(
                    new Finding("RG1115", Severity.Warning, source.At(best.Run.Entry.Path),
                        $"random points ('{noise.Run.Id}') leave {noise.Robust} samples robust and gradients ('{best.Run.Id}') {best.Robust}; noise breaks {Missed(noise, best)} that gradients do not. Gradients should find what chance finds, and more."),
                    $"noise breaks {Missed(noise, best)} samples that gradients do not", Decisive: false);
            }
        }

        return null;
    }

    private static int Missed(RunResult noise, RunResult best) => noise.Fact.Bits.Zip(best.Fact.Bits, (withstoodNoise, withstood) => withstood && !withstoodNoise).Count(missed => missed);
}
