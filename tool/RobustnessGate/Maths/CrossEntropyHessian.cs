using TorchSharp;
using static TorchSharp.torch;

namespace RobustnessGate.Maths;

/// <summary>
/// The Hessian of cross-entropy with respect to the input. With J the Jacobian of the logits and p their softmax it is
/// Jᵀ(diag p − ppᵀ)J plus terms with second derivatives of the logits, which are exactly zero almost everywhere in a
/// piecewise-linear network: there C backward passes give all of it (Singla et al. 2019, "Understanding impacts of
/// high-order loss approximations", Section 3).
/// </summary>
internal static class CrossEntropyHessian
{
    /// <summary>F with H = FᵀF: F = Bᵀ J, B = diag(√p) − p√pᵀ.</summary>
    /// <param name="jacobian">(K, d) float64.</param>
    /// <param name="logits">(K) float64.</param>
    /// <returns>(K, d).</returns>
    public static Tensor Factor(Tensor jacobian, Tensor logits)
    {
        using var scope = NewDisposeScope();
        return FactorOf(jacobian, nn.functional.softmax(logits, 0)).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// The same for some of many classes, with p as all classes have it. H is the covariance of the classes' gradients
    /// under p; leaving out a tail of classes T lowers it by a positive semi-definite part, whose eigenvalues, like its
    /// trace, are at most Σ p_c ‖g_c − μ‖² over T, μ the mean of the gradients kept (law of total covariance).
    /// </summary>
    /// <param name="rows">(k, d) float64: gradients of the classes kept.</param>
    /// <param name="kept">(k): their probabilities.</param>
    /// <returns>(k, d).</returns>
    public static Tensor PartialFactor(Tensor rows, Tensor kept)
    {
        using var scope = NewDisposeScope();
        var mass = kept.sum();
        return (mass.sqrt() * FactorOf(rows, kept / mass)).MoveToOuterDisposeScope();
    }

    private static Tensor FactorOf(Tensor jacobian, Tensor p)
    {
        using var scope = NewDisposeScope();
        var root = p.sqrt();
        // 1 − p_t as a sum of the other probabilities: by subtraction it would lose its digits where the network is sure.
        var elsewhere = 1 - eye(p.shape[0], dtype: p.dtype, device: p.device);
        var b = (root * elsewhere.mv(p)).diag() - (outer(p, root) * elsewhere);
        return b.t().mm(jacobian).MoveToOuterDisposeScope();
    }

    /// <summary>The eigenvalues of FᵀF that can differ from zero, by falling magnitude: those of the K×K matrix FFᵀ.</summary>
    /// <returns>min(K, d) values; the other d − min(K, d) are exactly zero.</returns>
    public static double[] Eigenvalues(Tensor factor)
    {
        using var scope = NewDisposeScope();
        var (k, d) = (factor.shape[0], factor.shape[1]);
        var gram = k <= d ? factor.mm(factor.t()) : factor.t().mm(factor);
        return ByMagnitude(linalg.eigvalsh(gram));
    }

    /// <summary>‖FᵀF‖₁ = Σ|H_ij|, a block of rows at a time: the d×d matrix never exists.</summary>
    /// <param name="factor">(k, d): F.</param>
    public static double AbsoluteSum(Tensor factor)
    {
        var sum = 0.0;
        for (var start = 0L; start < factor.shape[1]; start += Block(factor))
        {
            using var scope = NewDisposeScope();
            sum += RowSums(factor, factor.narrow(1, start, Math.Min(Block(factor), factor.shape[1] - start))).sum().item<double>();
        }

        return sum;
    }

    /// <summary>
    /// The same from some rows of H, at a cost that grows with d and not with its square. A row is drawn in proportion to
    /// the norm of its column of F: rows of zeros, of which an image may have many, are never looked at, and tell nothing.
    /// </summary>
    /// <param name="factor">(k, d): F.</param>
    /// <param name="draws">Independent and uniform in [0, 1), at least two.</param>
    public static Estimate AbsoluteSum(Tensor factor, IReadOnlyList<double> draws)
    {
        using var scope = NewDisposeScope();
        var weights = factor.norm(0, false, 2).cpu().data<double>().ToArray();
        var total = weights.Sum();
        if (!(total > 0))
        {
            // No row at all, or none that is a number.
            return new(total, total);
        }

        int[] rows = [.. Enumerable.Range(0, weights.Length).Where(row => weights[row] > 0)];
        var upTo = new double[rows.Length];
        for (var i = 0; i < rows.Length; i++)
        {
            upTo[i] = (i == 0 ? 0 : upTo[i - 1]) + weights[rows[i]];
        }

        var found = new List<double>();
        foreach (var some in draws.Select(draw => Row(draw * total)).Chunk((int)Block(factor)))
        {
            using var block = NewDisposeScope();
            var sums = RowSums(factor, factor.index_select(1, tensor(some, device: factor.device))).cpu().data<double>();
            found.AddRange(some.Select((row, i) => sums[i] * total / weights[row]));
        }

        return Estimate.OfMean(found);

        long Row(double place)
        {
            var at = Array.BinarySearch(upTo, place);
            return rows[Math.Min(at < 0 ? ~at : at + 1, rows.Length - 1)];
        }
    }

    private static long Block(Tensor factor) => Math.Clamp((1L << 23) / factor.shape[1], 1, 512);

    /// <summary>Σ_j |H_ij| of the rows i whose columns of F are given: (K, n) → (n).</summary>
    private static Tensor RowSums(Tensor factor, Tensor columns)
    {
        using var scope = NewDisposeScope();
        return columns.t().mm(factor).abs().sum(1).MoveToOuterDisposeScope();
    }

    /// <summary>Cross-entropy of copies of one sample as a function of the input: (n, …) → (n).</summary>
    public static Func<Tensor, Tensor> Value(Func<Tensor, Tensor> logits, long label) => copies =>
    {
        using var scope = NewDisposeScope();
        var labels = full([copies.shape[0]], label, dtype: ScalarType.Int64, device: copies.device);
        return Loss(logits(copies), labels).MoveToOuterDisposeScope();
    };

    /// <summary>
    /// Cross-entropy of copies of one sample. Where the class leads it is log(1 + Σ exp(Z_i − Z_t)), whose derivatives keep
    /// their digits however sure the network is; those of log-softmax hold 1 − p_t as a difference and lose them.
    /// </summary>
    private static Tensor Loss(Tensor logits, Tensor labels)
    {
        using var scope = NewDisposeScope();
        var index = labels.unsqueeze(1);
        var behind = Margin.Others(logits, index) - logits.gather(1, index);
        var loss = behind.detach().amax().to(ScalarType.Float64).item<double>() <= 0 ? behind.exp().sum(1).log1p() : Losses.CrossEntropy(logits, labels);
        return loss.MoveToOuterDisposeScope();
    }

    /// <summary>Eigenvalues of a symmetric matrix by falling magnitude.</summary>
    /// <param name="symmetric">(d, d).</param>
    public static double[] EigenvaluesOf(Tensor symmetric)
    {
        using var scope = NewDisposeScope();
        return ByMagnitude(linalg.eigvalsh(symmetric));
    }

    private static double[] ByMagnitude(Tensor values) =>
        [.. values.to(ScalarType.Float64).cpu().data<double>().ToArray().OrderByDescending(Math.Abs)];
}
