using RobustnessGate.Attacks;
using RobustnessGate.Maths;
using RobustnessGate.Policies;

namespace RobustnessGate.Evaluation.Credibility;

/// <summary>Short searches beyond the policy's: they change no result, they only say how far results can be believed.</summary>
/// <param name="attacks">Runs them.</param>
internal sealed class Probe(AttackRunner attacks)
{
    /// <summary>Most samples that a probe searches.</summary>
    public const int Most = 64;

    /// <summary>A search that asks everything of gradients that a policy might not.</summary>
    public static readonly Attack WhiteBox = new Pgd(Steps: 50, Restarts: 2, Loss: Maths.Loss.Margin);

    /// <summary>Searches around the first samples that are robust.</summary>
    /// <param name="attack">With what.</param>
    /// <param name="norm">Of the ball.</param>
    /// <param name="epsilon">Its radius, or the box.</param>
    /// <param name="like">Entry whose draws and levels are used.</param>
    /// <param name="robust">For each sample whether it is robust; what is broken is taken out of it.</param>
    /// <param name="most">How many samples are searched.</param>
    /// <returns>How many were searched and how many of them were broken.</returns>
    public (int Searched, int Broken) Search(Attack attack, Norm norm, Epsilon epsilon, AttackEntry? like, bool[] robust, int most = Most)
    {
        var searched = Enumerable.Range(0, robust.Length).Where(i => robust[i]).Take(most).ToArray();
        if (searched.Length == 0)
        {
            return (0, 0);
        }

        var entry = new AttackEntry("credibility", attack, norm, [epsilon], new Target.None(), Judge.Any, "attacks")
        {
            Eot = like?.Eot, Quantize = like?.Quantize,
        };
        var robustAfter = attacks.Robust(entry, searched);
        foreach (var sample in searched)
        {
            robust[sample] = robustAfter[sample];
        }

        return (searched.Length, searched.Count(sample => !robustAfter[sample]));
    }
}
