using RobustnessGate.Facts;

namespace RobustnessGate.Gating;

/// <summary>Which samples a report shows in pictures.</summary>
internal static class BrokenExampleRequests
{
    /// <summary>Those that a baseline has as right, naturally and under every attack.</summary>
    public static BrokenExampleRequest Before(Baseline? baseline)
    {
        if (baseline is null)
        {
            return new(Robust: null);
        }

        var right = baseline.Attacks.Where(attack => !attack.Targeted).Aggregate(baseline.Natural, (all, attack) => BitString.And(all, attack.Bits));
        return new([.. baseline.SampleIds.Chunk(8).Where((_, i) => right[i]).SelectMany(id => id)], baseline.Origin.ModelSha256);
    }
}
