using System.Collections.Immutable;

namespace RobustnessGate.Drawing;

/// <summary>Round numbers along an axis.</summary>
internal static class Ticks
{
    /// <summary>The smallest of 1, 2 and 5 times a power of ten that divides a range into at most so many steps.</summary>
    public static double Step(double range, int most)
    {
        if (!(range > 0) || !double.IsFinite(range))
        {
            return 1;
        }

        var least = range / most;
        var power = Math.Pow(10, Math.Floor(Math.Log10(least)));
        foreach (var factor in (ReadOnlySpan<double>)[1, 2, 5])
        {
            if (factor * power >= least * (1 - 1e-9))
            {
                return factor * power;
            }
        }

        return 10 * power;
    }

    /// <summary>The multiples of a step within a range, ends included, ascending.</summary>
    public static ImmutableArray<double> Between(double low, double high, double step)
    {
        var slack = 1e-9 * Math.Max(1, (high - low) / step);
        var (first, last) = ((long)Math.Ceiling((low / step) - slack), (long)Math.Floor((high / step) + slack));
        return [.. Enumerable.Range(0, (int)Math.Max(0, last - first + 1)).Select(i => (first + i) * step)];
    }
}
