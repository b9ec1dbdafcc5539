using RobustnessGate.Attacks;
using RobustnessGate.Maths;
using RobustnessGate.Policies;

namespace RobustnessGate.Evaluation.Credibility;

/// <summary>Short hunts beyond the policy's: they change no result, they only say how far results can be believed.</summary>
/// <param name="attacks">Runs them.</param>
internal sealed class Probe(AttackRunner attacks)
{
    /// <summary>Most samples that a probe hunts.</summary>
    public const int Most = 64;

    /// <summary>A search that asks everything of gradients that a policy might not.</summary>
    public static readonly Attack WhiteBox = new Pgd(Steps: 50, Restarts: 2, Loss: Maths.Loss.Margin);

    /// <summary>Hunts the first samples that stand.</summary>
    /// <param name="attack">With what.</param>
    /// <param name="norm">Of the ball.</param>
    /// <param name="epsilon">Its radius, or the box.</param>
    /// <param name="like">Entry whose draws and levels are used.</param>
    /// <param name="standing">For each sample whether it stands; what falls is taken out of it.</param>
    /// <param name="most">How many samples are hunted.</param>
    /// <returns>How many were hunted and how many of them fell.</returns>
    public (int Hunted, int Fallen) Hunt(Attack attack, Norm norm, Epsilon epsilon, AttackEntry? like, bool[] standing, int most = Most)
    {
        var hunted = Enumerable.Range(0, standing.Length).Where(i => standing[i]).Take(most).ToArray();
        if (hunted.Length == 0)
        {
            return (0, 0);
        }

        var entry = new AttackEntry("credibility", attack, norm, [epsilon], new Target.None(), Judge.Any, "attacks")
        {
            Eot = like?.Eot, Quantize = like?.Quantize,
        };
        var stands = attacks.Stands(entry, hunted);
        foreach (var sample in hunted)
        {
            standing[sample] = stands[sample];
        }

        return (hunted.Length, hunted.Count(sample => !stands[sample]));
    }
}
