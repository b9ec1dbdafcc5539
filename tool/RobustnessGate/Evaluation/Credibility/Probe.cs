using RobustnessGate.Attacks;
using RobustnessGate.Maths;
using RobustnessGate.Policies;

namespace RobustnessGate.Evaluation.Credibility;

/// <summary>What a probe met.</summary>
/// <param name="Searched">Samples that it searched.</param>
/// <param name="Broken">Those of them that it broke.</param>
/// <param name="Points">For each sample the point judged, or the lowest one met; null where there is none.</param>
internal sealed record Probed(int[] Searched, int[] Broken, float[]?[] Points)
{
    /// <summary>Those that are still robust.</summary>
    public int[] Left => [.. Searched.Except(Broken)];
}

/// <summary>Short searches beyond the policy's: they change no result, they only say how far results can be believed.</summary>
/// <param name="attacks">Runs them.</param>
internal sealed class Probe(AttackRunner attacks)
{
    /// <summary>Most samples that a probe searches.</summary>
    public const int Most = 64;

    /// <summary>A search that asks everything of gradients that a policy might not.</summary>
    public static readonly Attack WhiteBox = new Pgd(Steps: 50, Restarts: 2, Loss: Loss.Margin);

    /// <summary>Searches around samples.</summary>
    /// <param name="attack">With what.</param>
    /// <param name="norm">Of the ball.</param>
    /// <param name="epsilon">Its radius, or the box.</param>
    /// <param name="like">Entry whose draws and levels are used.</param>
    /// <param name="samples">Positions of samples that are classified rightly.</param>
    public Probed Search(Attack attack, Norm norm, Epsilon epsilon, AttackEntry? like, int[] samples)
    {
        if (samples.Length == 0)
        {
            return new([], [], []);
        }

        // A walk along the boundary comes from outside the ball: only where it ends counts.
        var judge = attack is BoundaryWalk ? Judge.Last : Judge.Any;
        var entry = new AttackEntry("credibility", attack, norm, [epsilon], new Target.None(), judge, "attacks")
        {
            Eot = like?.Eot, Quantize = like?.Quantize,
        };
        var (robust, points) = attacks.Probe(entry, samples);
        return new(samples, [.. samples.Where(sample => !robust[sample])], points);
    }
}
