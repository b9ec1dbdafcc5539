using TorchSharp;
using static TorchSharp.torch;

namespace RobustnessGate.Maths;

/// <summary>
/// The Hessian of cross-entropy with respect to the input. With J the Jacobian of the logits and p their softmax it is
/// Jᵀ(diag p − ppᵀ)J plus terms with second derivatives of the logits, which are exactly zero almost everywhere in a
/// piecewise-linear network: there C backward passes give all of it (Singla et al. 2019, "Understanding impacts of
/// high-order loss approximations", Section 3).
/// </summary>
public static class CrossEntropyHessian
{
    /// <summary>F with H = FᵀF: F = Bᵀ J, B = diag(√p) − p√pᵀ.</summary>
    /// <param name="jacobian">(K, d) float64.</param>
    /// <param name="logits">(K) float64.</param>
    /// <returns>(K, d).</returns>
    public static Tensor Factor(Tensor jacobian, Tensor logits)
    {
        using var scope = NewDisposeScope();
        var p = nn.functional.softmax(logits, 0);
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
    public static double AbsoluteSum(Tensor factor)
    {
        const int Block = 512;
        var d = factor.shape[1];
        var sum = 0.0;
        for (var start = 0L; start < d; start += Block)
        {
            using var scope = NewDisposeScope();
            sum += factor.narrow(1, start, Math.Min(Block, d - start)).t().mm(factor).abs().sum().item<double>();
        }

        return sum;
    }

    /// <summary>The Hessian of any network's cross-entropy at one input, by double backward, 32 columns at a time.</summary>
    /// <param name="logits">(n, …) float64 → (n, K), twice differentiable.</param>
    /// <param name="input">(1, …) float64.</param>
    /// <param name="label">The true class.</param>
    /// <returns>(d, d), symmetrised: rounding leaves the two halves a few ulps apart.</returns>
    public static Tensor Full(Func<Tensor, Tensor> logits, Tensor input, long label)
    {
        const int Columns = 32;
        using var scope = NewDisposeScope();
        var d = input.numel();
        var hessian = empty(d, d, dtype: ScalarType.Float64, device: input.device);
        for (var start = 0L; start < d; start += Columns)
        {
            using var chunk = NewDisposeScope();
            var count = Math.Min(Columns, d - start);
            var copies = input.expand([count, .. input.shape[1..]]).clone().detach().requires_grad_();
            var labels = full([count], label, dtype: ScalarType.Int64, device: input.device);
            var gradient = InputGradient.Of(Losses.CrossEntropy(logits(copies), labels).sum(), copies, GraphUse.Differentiate);
            var columns = arange(start, start + count, dtype: ScalarType.Int64, device: input.device).unsqueeze(1);
            var picked = gradient.flatten(1).gather(1, columns).sum();
            hessian.narrow(0, start, count).copy_(InputGradient.Of(picked, copies, GraphUse.Differentiate).flatten(1).detach());
        }

        return ((hessian + hessian.t()) / 2).MoveToOuterDisposeScope();
    }

    /// <summary>Eigenvalues of a symmetric matrix by falling magnitude.</summary>
    public static double[] EigenvaluesOf(Tensor symmetric)
    {
        using var scope = NewDisposeScope();
        return ByMagnitude(linalg.eigvalsh(symmetric));
    }

    private static double[] ByMagnitude(Tensor values) =>
        [.. values.cpu().data<double>().ToArray().OrderByDescending(Math.Abs)];
}
