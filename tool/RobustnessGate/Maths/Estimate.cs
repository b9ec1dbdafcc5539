using MathNet.Numerics.Distributions;

namespace RobustnessGate.Maths;

/// <summary>A number with its error bar: the truth lies within ± <paramref name="Error"/> with 99 % confidence.</summary>
internal readonly record struct Estimate(double Value, double Error)
{
    /// <summary>Two-sided.</summary>
    private const double Confidence = 0.99;

    /// <summary>The mean of independent draws, with Student's interval.</summary>
    /// <param name="draws">At least two.</param>
    public static Estimate OfMean(IReadOnlyList<double> draws)
    {
        var mean = draws.Average();
        var deviation = Math.Sqrt(draws.Sum(draw => (draw - mean) * (draw - mean)) / (draws.Count - 1));
        return new(mean, StudentT.InvCDF(0, 1, draws.Count - 1, (1 + Confidence) / 2) * deviation / Math.Sqrt(draws.Count));
    }
}
