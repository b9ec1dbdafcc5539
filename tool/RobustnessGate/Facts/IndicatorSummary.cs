using System.Collections.Immutable;
using RobustnessGate.Policies;

namespace RobustnessGate.Facts;

/// <summary>Statistics of one indicator over the rightly classified samples at which it is defined.</summary>
/// <param name="Mean">Null, like all others, where <paramref name="Count"/> is 0.</param>
/// <param name="Count">How many values there were.</param>
internal sealed record IndicatorSummary(double? Mean, double? Median, double? P05, double? P95, int Count)
{
    /// <summary>The summary of the values at the samples that are right; null and NaN values are left out.</summary>
    public static IndicatorSummary Of(IReadOnlyList<double?> values, BitString right) =>
        Of(values.Zip(right).Where(pair => pair is { First: not null, Second: true }).Select(pair => pair.First!.Value));

    public static IndicatorSummary Of(IEnumerable<double> values)
    {
        var sorted = values.Where(value => !double.IsNaN(value)).Order().ToArray();
        return sorted.Length == 0
            ? new(null, null, null, null, 0)
            : new(
                Finite(sorted.Average()), Finite(Quantile(sorted, 0.5)), Finite(Quantile(sorted, 0.05)),
                Finite(Quantile(sorted, 0.95)), sorted.Length);
    }

    public double? this[Statistic statistic] => statistic switch
    {
        Statistic.Mean => Mean,
        Statistic.Median => Median,
        Statistic.P05 => P05,
        Statistic.P95 => P95,
        _ => throw new ArgumentOutOfRangeException(nameof(statistic)),
    };

    /// <summary>
    /// Quantile q by linear interpolation between order statistics: the value at position (n − 1)·q, counted from 0
    /// (type 7 of Hyndman and Fan 1996, the default of R and NumPy).
    /// </summary>
    /// <param name="sorted">Ascending, at least one value.</param>
    public static double Quantile(IReadOnlyList<double> sorted, double q)
    {
        var position = (sorted.Count - 1) * q;
        var below = (int)Math.Floor(position);
        var above = Math.Min(below + 1, sorted.Count - 1);
        // An infinite neighbour must not make NaN of a value that needs no interpolation.
        return position == below || sorted[below] == sorted[above]
            ? sorted[below]
            : sorted[below] + ((position - below) * (sorted[above] - sorted[below]));
    }

    private static double? Finite(double value) => double.IsFinite(value) ? value : null;
}
