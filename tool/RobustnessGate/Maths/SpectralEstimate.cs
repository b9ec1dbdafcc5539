using TorchSharp;
using static TorchSharp.torch;

namespace RobustnessGate.Maths;

/// <summary>
/// Sums over the spectrum of a symmetric matrix that is known by its products alone: stochastic Lanczos quadrature
/// (Ubaru, Chen and Saad 2017, "Fast estimation of tr(f(A))"). Each random start v of signs gives vᵀf(H)v through the
/// Ritz values of its Krylov space; the mean over the starts estimates tr f(H).
/// </summary>
internal sealed class SpectralEstimate
{
    private readonly Tridiagonal[] _probes;
    private readonly long _dimension;

    private SpectralEstimate(Tridiagonal[] probes, long dimension) => (_probes, _dimension) = (probes, dimension);

    /// <param name="matrix">(d, d), by its products: whose spectrum is asked for.</param>
    /// <param name="random">Of the starts.</param>
    /// <param name="probes">Starts, at least 2; the error of sums falls with the square root of their number.</param>
    /// <param name="steps">Products for each start.</param>
    public static SpectralEstimate Of(InputHessian matrix, Func<int, Tensor> random, int probes, int steps)
    {
        var found = new List<Tridiagonal>();
        while (found.Count < probes)
        {
            using var scope = NewDisposeScope();
            found.AddRange(Lanczos.Run(matrix.Times, random(found.Count), steps));
        }

        return new SpectralEstimate([.. found.Take(probes)], matrix.Dimension);
    }

    /// <summary>
    /// The eigenvalue of greatest magnitude. Its error is the residual of the Ritz pair: an eigenvalue lies that close;
    /// that it is the greatest one rests on the random starts.
    /// </summary>
    public Estimate Greatest()
    {
        var best = _probes.SelectMany(probe => probe.Ritz(probe.Steps)).MaxBy(ritz => Math.Abs(ritz.Value));
        return new(best.Value, best.Residual + (1e-9 * Math.Abs(best.Value)));
    }

    /// <summary>Ritz values of the first start by falling magnitude: the outer ones are eigenvalues, the inner ones stand for many.</summary>
    public double[] Leading(int count) =>
        [.. _probes[0].Ritz(_probes[0].Steps).Select(ritz => ritz.Value).OrderByDescending(Math.Abs).Take(count)];

    /// <summary>Σ f(λ) over all eigenvalues: Student's interval over the starts, widened by how much the last quarter of the steps still changed.</summary>
    public Estimate Sum(Func<double, double> f)
    {
        var (values, shorter) = (_probes.Select(probe => One(probe, probe.Steps, f)).ToArray(), _probes.Select(probe =>
            One(probe, probe.Beside[^1] == 0 ? probe.Steps : Math.Max(1, probe.Steps * 3 / 4), f)).ToArray());
        var (mean, spread) = Estimate.OfMean(values);
        return new(mean, spread + Math.Abs(mean - shorter.Average()) + (1e-9 * Math.Abs(mean)));
    }

    private double One(Tridiagonal probe, int steps, Func<double, double> f) =>
        _dimension * probe.Ritz(steps).Sum(ritz => ritz.Weight * f(ritz.Value));
}
