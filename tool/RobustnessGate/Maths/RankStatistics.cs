namespace RobustnessGate.Maths;

/// <summary>How well one quantity orders samples as another does.</summary>
internal static class RankStatistics
{
    /// <summary>Spearman's rank correlation, equal values sharing their mean rank; null with fewer than 2 values or where one side is constant.</summary>
    public static double? Spearman(IReadOnlyList<double> x, IReadOnlyList<double> y) => Pearson(Ranks(x), Ranks(y));

    /// <summary>
    /// The greatest Spearman correlation that anything without equal values could reach with y: below 1 where outcomes
    /// are equal, as where an attack at one radius only breaks samples or does not.
    /// </summary>
    public static double? GreatestSpearman(IReadOnlyList<double> y)
    {
        var order = Enumerable.Range(0, y.Count).OrderBy(i => y[i]).ToArray();
        var best = new double[y.Count];
        for (var rank = 0; rank < order.Length; rank++)
        {
            best[order[rank]] = rank;
        }

        return Pearson(best, Ranks(y));
    }

    /// <summary>
    /// Area under the receiver operating characteristic: the chance that a random member of <paramref name="low"/> scores
    /// below a random one of <paramref name="high"/>, equal scores counting half (Mann and Whitney 1947). Null where one is empty.
    /// </summary>
    public static double? Auroc(IReadOnlyCollection<double> low, IReadOnlyCollection<double> high)
    {
        if (low.Count == 0 || high.Count == 0)
        {
            return null;
        }

        var ranks = Ranks([.. low, .. high]);
        var sum = ranks.Skip(low.Count).Sum();
        return (sum - (high.Count * (high.Count - 1.0) / 2)) / ((double)low.Count * high.Count);
    }

    /// <summary>Ranks from 0; equal values share the mean of theirs. Infinite values are ordered.</summary>
    /// <exception cref="ArgumentException">A value is NaN, which has no rank.</exception>
    private static double[] Ranks(IReadOnlyList<double> values)
    {
        if (values.Any(double.IsNaN))
        {
            throw new ArgumentException("NaN has no rank", nameof(values));
        }

        var order = Enumerable.Range(0, values.Count).OrderBy(i => values[i]).ToArray();
        var ranks = new double[values.Count];
        for (var first = 0; first < order.Length;)
        {
            var after = first;
            while (after < order.Length && values[order[after]] == values[order[first]])
            {
                after++;
            }

            for (var i = first; i < after; i++)
            {
                ranks[order[i]] = (first + after - 1) / 2.0;
            }

            first = after;
        }

        return ranks;
    }

    private static double? Pearson(double[] x, double[] y)
    {
        if (x.Length != y.Length)
        {
            throw new ArgumentException($"{x.Length} values against {y.Length}");
        }

        if (x.Length < 2)
        {
            return null;
        }

        var (meanX, meanY) = (x.Average(), y.Average());
        var (xx, yy, xy) = (0.0, 0.0, 0.0);
        for (var i = 0; i < x.Length; i++)
        {
            var (dx, dy) = (x[i] - meanX, y[i] - meanY);
            (xx, yy, xy) = (xx + (dx * dx), yy + (dy * dy), xy + (dx * dy));
        }

        return xx > 0 && yy > 0 ? Math.Clamp(xy / Math.Sqrt(xx * yy), -1, 1) : null;
    }
}
