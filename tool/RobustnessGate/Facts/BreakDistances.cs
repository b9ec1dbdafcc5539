using System.Collections.Immutable;

namespace RobustnessGate.Facts;

/// <summary>How close attacks in one norm came to each of the first samples.</summary>
/// <param name="Broken">Least distance, or radius, at which one broke the sample; 0 for a naturally wrong one, null where none did.</param>
/// <param name="Radii">Radii at which attacks ran, ascending.</param>
/// <param name="Everywhere">Whether an attack looked for the nearest point, so that every radius has been tried.</param>
internal sealed record BreakDistances(ImmutableArray<double?> Broken, ImmutableArray<double> Radii, bool Everywhere)
{
    /// <summary>How much farther a point may lie than a radius and still count as within: rounding of float32 points.</summary>
    private const double Slack = 1e-6;

    /// <param name="count">Number of samples, from the first.</param>
    /// <returns>Null where no attack ran in the norm at a radius.</returns>
    public static BreakDistances? Of(EvaluationFacts evaluation, string norm, int count)
    {
        var attacks = evaluation.Attacks.Where(attack => attack.Norm == norm && attack.Epsilon is not null && attack.Bits.Count >= count).ToArray();
        if (attacks.Length == 0 || evaluation.Natural is not { } natural || natural.Bits.Count < count)
        {
            return null;
        }

        var broken = new double?[count];
        foreach (var attack in attacks)
        {
            var robust = WorstCase.Unbroken(attack, evaluation.Data);
            for (var i = 0; i < count; i++)
            {
                // A targeted attack's distance is one to its target, and says how near some wrong class is, too.
                var found = attack.Distances is { } distances && i < distances.Length ? distances[i]
                    : robust[i] ? null : attack.Epsilon;
                broken[i] = Least(broken[i], natural.Bits[i] ? found : 0);
            }
        }

        return new(
            [.. broken], [.. attacks.Select(attack => attack.Epsilon!.Value).Distinct().Order()],
            attacks.Any(attack => attack is { Distances: not null, Targeted: false }));
    }

    /// <summary>Whether nothing broke a sample at this radius or below.</summary>
    public bool IsRobust(int sample, double radius) => !(Broken[sample] <= radius * (1 + Slack));

    /// <summary>Whether what is known says how many samples withstand this radius.</summary>
    public bool Knows(double radius) => Everywhere || Radii.Contains(radius);

    private static double? Least(double? a, double? b) => a is null ? b : b is null ? a : Math.Min(a.Value, b.Value);
}
