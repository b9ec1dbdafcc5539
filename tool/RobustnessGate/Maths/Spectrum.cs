namespace RobustnessGate.Maths;

/// <summary>What is known of a Hessian's eigenvalues λ. Null: not known.</summary>
/// <param name="Top">Those of largest magnitude, by falling magnitude.</param>
/// <param name="Largest">max |λ|.</param>
/// <param name="Nuclear">Σ|λ|.</param>
/// <param name="Trace">Σλ.</param>
/// <param name="Frobenius">√Σλ².</param>
/// <param name="Negative">Σ|λ| of the negative ones over Σ|λ|; null where all are zero.</param>
/// <param name="AbsoluteSum">Σ|H_ij|, with an error where it comes from some of the rows.</param>
/// <param name="Rank">How many exceed a millionth of the largest.</param>
/// <param name="Zeros">How many have a magnitude below 10e-10, the paper's "zeros".</param>
/// <param name="Exact">Whether all eigenvalues are known and errors are rounding alone.</param>
internal sealed record Spectrum(
    double[] Top, Estimate Largest, Estimate Nuclear, Estimate Trace, double Frobenius, double? Negative,
    Estimate? AbsoluteSum, int? Rank, long? Zeros, bool Exact)
{
    /// <summary>"10e-10" of the paper's third footnote.</summary>
    public const double NearZero = 10e-10;

    /// <summary>Share of the largest eigenvalue below which others count as zero for the rank; far above d times the rounding unit.</summary>
    private const double RankTolerance = 1e-6;

    /// <summary>(Σ|λ|)² / Σλ²: how many eigenvalues take part; null where all are zero.</summary>
    public double? EffectiveRank => Frobenius > 0 ? Nuclear.Value / Frobenius * (Nuclear.Value / Frobenius) : null;

    /// <param name="eigenvalues">Those that can differ from zero, by falling magnitude.</param>
    /// <param name="dimension">d: the others of the d eigenvalues are zero.</param>
    /// <param name="missing">Most that any eigenvalue, and their sum, can be greater than said; null where nothing was left out.</param>
    public static Spectrum Of(double[] eigenvalues, long dimension, Estimate absoluteSum, double? missing = null)
    {
        var nuclear = eigenvalues.Sum(Math.Abs);
        var largest = eigenvalues.Length == 0 ? 0 : Math.Abs(eigenvalues[0]);
        return new(
            eigenvalues, new(largest, missing ?? 0), new(nuclear, missing ?? 0), new(eigenvalues.Sum(), missing ?? 0), Norm(eigenvalues, largest),
            nuclear > 0 ? eigenvalues.Where(value => value < 0).Sum(Math.Abs) / nuclear : null, absoluteSum,
            eigenvalues.Count(value => Math.Abs(value) > RankTolerance * largest),
            dimension - eigenvalues.Count(value => !(Math.Abs(value) < NearZero)), missing is null);
    }

    /// <summary>Of a matrix that is known by its products alone.</summary>
    public static Spectrum Of(SpectralEstimate estimate, int top)
    {
        var (nuclear, greatest) = (estimate.Sum(Math.Abs), estimate.Greatest());
        return new(
            estimate.Leading(top), greatest with { Value = Math.Abs(greatest.Value) }, nuclear, estimate.Sum(value => value),
            Math.Sqrt(Math.Max(0, estimate.Sum(value => value * value).Value)),
            nuclear.Value > 0 ? estimate.Sum(value => Math.Max(0, -value)).Value / nuclear.Value : null, null, null, null, false);
    }

    /// <summary>By the largest first: squares of tiny eigenvalues would vanish.</summary>
    private static double Norm(double[] values, double largest) =>
        largest > 0 ? largest * Math.Sqrt(values.Sum(value => value / largest * (value / largest))) : 0;
}
