using MathNet.Numerics;
using MathNet.Numerics.Distributions;

namespace RobustnessGate.Maths;

/// <summary>
/// Tests and intervals for outcomes that are counted per sample. "Fixed" samples are right now and were wrong in the
/// baseline; "broken" samples are wrong now and were right.
/// </summary>
internal static class Statistics
{
    /// <summary>The confidence of every interval in results and reports.</summary>
    public const double Confidence = 0.95;

    /// <summary>
    /// One-sided exact McNemar test: P(Bin(broken + fixed, ½) ≥ broken), small when more samples broke than were fixed
    /// than a fair coin would explain. 1 where nothing changed.
    /// </summary>
    public static double McNemar(int broken, int @fixed)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(broken);
        ArgumentOutOfRangeException.ThrowIfNegative(@fixed);

        // The upper tail as a regularised incomplete beta: 1 − CDF would lose the digits of a small p.
        return broken == 0 ? 1 : SpecialFunctions.BetaRegularized(broken, @fixed + 1, 0.5);
    }

    /// <summary>Wilson's score interval of a proportion (Wilson 1927). Total 0: [0, 1].</summary>
    public static Interval Wilson(int count, int total, double confidence = Confidence)
    {
        Check(count, total);
        if (total == 0)
        {
            return new(0, 1);
        }

        var z = Normal.InvCDF(0, 1, (1 + confidence) / 2);
        double n = total, p = count / n;
        var centre = (p + (z * z / (2 * n))) / (1 + (z * z / n));
        var half = z / (1 + (z * z / n)) * Math.Sqrt((p * (1 - p) / n) + (z * z / (4 * n * n)));
        return new(count == 0 ? 0 : centre - half, count == total ? 1 : centre + half);
    }

    /// <summary>
    /// One-sided exact lower bound of a proportion (Clopper and Pearson 1934): with this confidence the true
    /// proportion is at least the bound. The two-sided interval at 95 % is made of the bounds at 97.5 %.
    /// </summary>
    public static double ClopperPearsonLower(int count, int total, double confidence)
    {
        Check(count, total);
        return count == 0 ? 0 : BetaQuantile(1 - confidence, count, total - count + 1);
    }

    /// <summary>
    /// Interval of the drop (broken − fixed) / total between two proportions of the same samples: Newcombe's hybrid
    /// score interval with continuity-corrected correlation (Newcombe 1998, Statistics in Medicine 17:2635, method 10).
    /// </summary>
    public static Interval PairedDrop(int both, int @fixed, int broken, int neither, double confidence = Confidence)
    {
        var total = both + @fixed + broken + neither;
        if (total == 0)
        {
            return new(-1, 1);
        }

        int before = both + broken, after = both + @fixed;
        var (lowBefore, highBefore) = Wilson(before, total, confidence);
        var (lowAfter, highAfter) = Wilson(after, total, confidence);
        double n = total, p1 = before / n, p2 = after / n;
        var φ = Correlation(both, @fixed, broken, neither);
        double Reach(double a, double b) => Math.Sqrt(Math.Max(0, (a * a) - (2 * φ * a * b) + (b * b)));
        return new(
            p1 - p2 - Reach(p1 - lowBefore, highAfter - p2),
            p1 - p2 + Reach(highBefore - p1, p2 - lowAfter));
    }

    /// <summary>
    /// P-values adjusted for testing several hypotheses at once (Holm 1979), in the order given: rejecting where the
    /// adjusted value is below α keeps the chance of any false alarm below α.
    /// </summary>
    public static double[] Holm(IReadOnlyList<double> p)
    {
        var adjusted = new double[p.Count];
        var order = Enumerable.Range(0, p.Count).OrderBy(i => p[i]).ToArray();
        var running = 0.0;
        for (var rank = 0; rank < order.Length; rank++)
        {
            running = Math.Max(running, Math.Min(1, (p.Count - rank) * p[order[rank]]));
            adjusted[order[rank]] = running;
        }

        return adjusted;
    }

    /// <summary>φ of the 2×2 table, its numerator corrected by n/2 where positive.</summary>
    private static double Correlation(double both, double @fixed, double broken, double neither)
    {
        var product = (both + broken) * (@fixed + neither) * (both + @fixed) * (broken + neither);
        if (!(product > 0))
        {
            return 0;
        }

        var difference = (both * neither) - (@fixed * broken);
        var n = both + @fixed + broken + neither;
        return (difference > 0 ? Math.Max(difference - (n / 2), 0) : difference) / Math.Sqrt(product);
    }

    /// <summary>x where the regularised incomplete beta I_x(a, b) is p, by bisection to the last bit.</summary>
    private static double BetaQuantile(double p, double a, double b)
    {
        double low = 0, high = 1;
        for (var middle = 0.5; middle > low && middle < high; middle = (low + high) / 2)
        {
            (low, high) = SpecialFunctions.BetaRegularized(a, b, middle) < p ? (middle, high) : (low, middle);
        }

        return low;
    }

    private static void Check(int count, int total)
    {
        if (count < 0 || count > total)
        {
            throw new ArgumentOutOfRangeException(nameof(count), $"{count} of {total}");
        }
    }
}
