using RobustnessGate.Maths;
using TorchSharp;
using static TorchSharp.torch;

namespace RobustnessGate.Indicators;

/// <summary>
/// The Hessian of cross-entropy with respect to the input: the second term of Eq. 9 (Yu et al. 2018). That of L itself
/// is exactly zero almost everywhere for ReLU networks and says nothing about them.
/// </summary>
public static class HessianIndicator
{
    /// <summary>"10e-10" of the paper's third footnote.</summary>
    private const double NearZero = 10e-10;

    /// <summary>Eigenvalues reported of each sample.</summary>
    private const int Top = 10;

    /// <summary>Share of the largest eigenvalue below which others count as zero for the rank; far above d times the rounding unit.</summary>
    private const double RankTolerance = 1e-6;

    /// <summary>The same names without values.</summary>
    public static (IReadOnlyList<(string Name, double? Value)> Values, double[] Top) Unmeasured { get; } = (
        [("hessianL1", null), ("hessianSpectralNorm", null), ("hessianZeroRatio", null), ("hessianRankRatio", null)], []);

    /// <returns>Named values, and the eigenvalues of largest magnitude: at most min(K−1, 10).</returns>
    public static (IReadOnlyList<(string Name, double? Value)> Values, double[] Top) Measure(LocalGeometry at)
    {
        using var scope = NewDisposeScope();
        var (eigenvalues, absoluteSum) = Spectrum(at);
        var largest = eigenvalues.Length == 0 ? 0 : Math.Abs(eigenvalues[0]);
        var rankCap = Math.Min(at.Classes - 1, at.Dimension);
        var floor = RankTolerance * largest;
        var rank = eigenvalues.Count(value => Math.Abs(value) > floor);
        var zeros = at.Dimension - eigenvalues.Count(value => !(Math.Abs(value) < NearZero));
        return (
            [
                ("hessianL1", absoluteSum),
                ("hessianSpectralNorm", largest),
                ("hessianZeroRatio", at.Exact ? (double)zeros / at.Dimension : null),
                ("hessianRankRatio", at.Exact ? (double)rank / rankCap : null),
            ],
            [.. eigenvalues.Take((int)Math.Min(rankCap, Top))]);
    }

    /// <summary>Eigenvalues by falling magnitude (those not listed are exactly zero) and Σ|H_ij|.</summary>
    private static (double[] Eigenvalues, double AbsoluteSum) Spectrum(LocalGeometry at)
    {
        if (at.FullHessian is { } full)
        {
            var hessian = full();
            return (CrossEntropyHessian.EigenvaluesOf(hessian), hessian.abs().sum().to(ScalarType.Float64).item<double>());
        }

        var factor = CrossEntropyHessian.Factor(
            at.Jacobian.to(ScalarType.Float64), at.Logits.to(ScalarType.Float64));
        return (CrossEntropyHessian.Eigenvalues(factor), CrossEntropyHessian.AbsoluteSum(factor));
    }
}
