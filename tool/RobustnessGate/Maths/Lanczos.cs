using TorchSharp;
using static TorchSharp.torch;

namespace RobustnessGate.Maths;

/// <summary>
/// The symmetric Lanczos process with full reorthogonalisation (Golub and Van Loan, "Matrix computations", 4th ed.,
/// Section 10.1): a matrix known by its products with vectors alone becomes a small tridiagonal one.
/// </summary>
internal static class Lanczos
{
    /// <summary>A next direction this much smaller than the matrix is rounding: the Krylov space is invariant.</summary>
    private const double Invariant = 1e-11;

    /// <param name="times">(m, d) → (m, d): the matrix times each row.</param>
    /// <param name="starts">(m, d): start vectors, all different from zero.</param>
    /// <param name="steps">Most steps; never more than d.</param>
    /// <returns>One tridiagonal matrix for each start.</returns>
    public static Tridiagonal[] Run(Func<Tensor, Tensor> times, Tensor starts, int steps)
    {
        using var scope = NewDisposeScope();
        var (m, d) = ((int)starts.shape[0], starts.shape[1]);
        var most = (int)Math.Min(steps, d);
        var basis = zeros(m, most, d, dtype: starts.dtype, device: starts.device);
        var q = starts / starts.norm(1, true, 2);
        var alphas = Enumerable.Range(0, m).Select(_ => new List<double>()).ToArray();
        var betas = Enumerable.Range(0, m).Select(_ => new List<double>()).ToArray();
        var done = new bool[m];
        var scale = new double[m];
        for (var j = 0; j < most && !done.All(end => end); j++)
        {
            using var step = NewDisposeScope();
            basis.select(1, j).copy_(q);
            var w = times(q);
            var alpha = (q * w).sum(1);
            var known = basis.narrow(1, 0, j + 1);
            // Twice is enough (Parlett 1998): once leaves rounding where eigenvalues have converged.
            for (var pass = 0; pass < 2; pass++)
            {
                w = w - known.transpose(1, 2).bmm(known.bmm(w.unsqueeze(2))).squeeze(2);
            }

            var beta = w.norm(1, false, 2);
            var (a, b) = (Doubles(alpha), Doubles(beta));
            for (var i = 0; i < m; i++)
            {
                if (done[i])
                {
                    continue;
                }

                scale[i] = Math.Max(scale[i], Math.Abs(a[i]) + b[i]);
                done[i] = !(b[i] > Invariant * scale[i]) || j + 1 == d;
                alphas[i].Add(a[i]);
                betas[i].Add(done[i] ? 0 : b[i]);
            }

            // Rows that are done go on as zeros: their numbers are no longer looked at.
            var alive = tensor(done.Select(end => end ? 0.0 : 1.0).ToArray(), device: w.device).to(w.dtype).unsqueeze(1);
            q = (alive * w / beta.clamp_min(1e-300).unsqueeze(1)).nan_to_num(0).MoveToOuterDisposeScope();
        }

        return [.. alphas.Zip(betas, (a, b) => new Tridiagonal([.. a], [.. b]))];
    }

    private static double[] Doubles(Tensor values) => values.to(ScalarType.Float64).cpu().data<double>().ToArray();
}

/// <summary>What the Lanczos process made of a matrix.</summary>
/// <param name="Diagonal">α₁ … α_k.</param>
/// <param name="Beside">β₁ … β_k; the last one couples to what was not reached, 0 where the space is invariant.</param>
internal sealed record Tridiagonal(double[] Diagonal, double[] Beside)
{
    public int Steps => Diagonal.Length;

    /// <summary>Eigenvalues of the leading k × k part.</summary>
    /// <returns>Each Ritz value with its weight in the quadrature of the start vector, and a distance within which the matrix has an eigenvalue.</returns>
    public (double Value, double Weight, double Residual)[] Ritz(int k)
    {
        using var scope = NewDisposeScope();
        var t = new double[k, k];
        for (var i = 0; i < k; i++)
        {
            t[i, i] = Diagonal[i];
            if (i + 1 < k)
            {
                t[i, i + 1] = t[i + 1, i] = Beside[i];
            }
        }

        var (values, vectors) = linalg.eigh(tensor(t));
        var (λ, s) = (values.data<double>().ToArray(), vectors.flatten().data<double>().ToArray());
        return [.. Enumerable.Range(0, k).Select(i => (λ[i], s[i] * s[i], Math.Abs(Beside[k - 1] * s[((k - 1) * k) + i])))];
    }
}
