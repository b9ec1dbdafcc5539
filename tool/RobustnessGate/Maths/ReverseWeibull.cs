namespace RobustnessGate.Maths;

/// <summary>
/// The reverse Weibull distribution, G(x) = exp(−((a − x)/s)^k) for x ≤ a: where maxima of many bounded values lie, with
/// a the bound itself (Fisher, Tippett and Gnedenko).
/// </summary>
/// <param name="Location">a: an estimate of the greatest value there is.</param>
/// <param name="P">Of the Kolmogorov–Smirnov test of the fit; null where all maxima are one. Optimistic, as the parameters come from the same values.</param>
internal sealed record ReverseWeibull(double Location, double Scale, double Shape, double? P)
{
    private const int Candidates = 200;

    /// <summary>By maximum likelihood; a is sought between a thousandth and ten times the spread of the maxima above the greatest.</summary>
    /// <param name="maxima">At least 2.</param>
    public static ReverseWeibull Fit(IReadOnlyList<double> maxima)
    {
        var (least, greatest) = (maxima.Min(), maxima.Max());
        var spread = greatest - least;
        if (!(spread > 1e-9 * Math.Abs(greatest)))
        {
            return new(greatest, 0, 0, null);
        }

        // With shapes below 1 the likelihood has no maximum: it grows without end as a nears the greatest value.
        var best = Enumerable.Range(0, Candidates + 1)
            .Select(i => At(maxima, greatest + (spread * Math.Pow(10, -3 + (4.0 * i / Candidates)))))
            .Where(fit => fit.Shape >= 1)
            .DefaultIfEmpty(At(maxima, greatest + spread))
            .MaxBy(fit => fit.Likelihood);
        return new(best.Location, best.Scale, best.Shape, Kolmogorov(maxima, best.Location, best.Scale, best.Shape));
    }

    private static (double Location, double Scale, double Shape, double Likelihood) At(IReadOnlyList<double> maxima, double location)
    {
        // In units of the mean: powers of distances stay finite.
        var distances = maxima.Select(x => location - x).ToArray();
        var unit = distances.Average();
        var y = distances.Select(value => value / unit).ToArray();
        var logs = y.Select(value => Math.Log(value)).ToArray();
        var mean = logs.Average();
        double Slope(double k)
        {
            var (powers, weighted) = (0.0, 0.0);
            for (var i = 0; i < y.Length; i++)
            {
                var power = Math.Pow(y[i], k);
                (powers, weighted) = (powers + power, weighted + (power * logs[i]));
            }

            return (weighted / powers) - (1 / k) - mean;
        }

        // The slope of the profile likelihood in k changes its sign once.
        var (low, high) = (0.02, 500.0);
        for (var i = 0; i < 80; i++)
        {
            var middle = Math.Sqrt(low * high);
            (low, high) = Slope(middle) < 0 ? (middle, high) : (low, middle);
        }

        var k = Math.Sqrt(low * high);
        var s = Math.Pow(y.Average(value => Math.Pow(value, k)), 1 / k);
        var likelihood = y.Length * (Math.Log(k) - (k * Math.Log(s)) + ((k - 1) * mean) - 1 - Math.Log(unit));
        return (location, s * unit, k, likelihood);
    }

    private static double Kolmogorov(IReadOnlyList<double> values, double location, double scale, double shape)
    {
        var sorted = values.Order().ToArray();
        var n = (double)sorted.Length;
        var distance = sorted.Select((x, i) =>
        {
            var g = Math.Exp(-Math.Pow((location - x) / scale, shape));
            return Math.Max(((i + 1) / n) - g, g - (i / n));
        }).Max();
        // Asymptotic, with Stephens' correction (1970) for few values.
        var t = distance * (Math.Sqrt(n) + 0.12 + (0.11 / Math.Sqrt(n)));
        return t < 0.2 ? 1 : Math.Clamp(2 * Enumerable.Range(1, 100).Sum(j => (j % 2 == 1 ? 1 : -1) * Math.Exp(-2.0 * j * j * t * t)), 0, 1);
    }
}
