using RobustnessGate.LinearMaps;
using RobustnessGate.Maths;
using TorchSharp;
using static TorchSharp.torch;

namespace RobustnessGate.Indicators;

/// <summary>
/// Second derivatives with respect to the input: the Hessian of cross-entropy (<c>hessian…</c>), that of L
/// (<c>marginHessian…</c>), and with the latter the right side of Eq. 9 (Yu et al. 2018). In a piecewise-linear network
/// ∇²L is exactly zero almost everywhere and ∇²CE has rank ≤ K−1 whatever the network withstands; C backward passes give
/// all of it. In a smooth one both are made from its stages, or by double backward, and beyond a few thousand features
/// estimated.
/// </summary>
internal static class HessianIndicator
{
    /// <summary>Eigenvalues reported of each sample.</summary>
    public const int Top = 10;

    /// <summary>Beyond, a smooth network's spectra are estimates.</summary>
    public const int MostFeaturesOfAFullHessian = 4096;

    /// <summary>Beyond, the paper's float32 statistic is left out: it takes a full matrix and all its eigenvalues.</summary>
    private const int MostFeaturesInFloat32 = 1024;

    /// <summary>Beyond, Σ|H_ij| of a matrix of low rank comes from some of its rows: all of a photograph's would take minutes.</summary>
    private const int MostFeaturesOfAnExactSum = 16384;

    private const int RowsOfASum = 512;
    private const int Probes = 8;
    private const int Steps = 40;

    /// <param name="Top">At most min(K−1, 10) eigenvalues of ∇²CE of largest magnitude.</param>
    /// <param name="Eigenvalues">All of ∇²CE that are known and can differ from zero.</param>
    /// <param name="InFloat32">All d of the same matrix in float32; empty where left out.</param>
    public sealed record Measured(IReadOnlyList<Quantity> Quantities, double[] Top, double[] Eigenvalues, double[] InFloat32);

    public static Measured Measure(Vicinity around)
    {
        using var scope = NewDisposeScope();
        var at = around.Sample;
        var cap = (int)Math.Min(at.ClassCount - 1, at.Dimension);
        var full = around.Setting.PiecewiseLinear || at.Dimension > MostFeaturesOfAFullHessian ? ((Tensor, Tensor)?)null : Full(around);
        var (ce, hessian) = CrossEntropy(around, full?.Item1);
        var (margin, stretched) = Margin(around, full?.Item2);
        var inFloat32 = hessian is null ? [] : CrossEntropyHessian.EigenvaluesOf(hessian.to(ScalarType.Float32));
        var quantities = Named("hessian", ce, around, FromSomeRows(around)).Append(new("hessianRankRatio", around.Exact && ce.Exact ? (double?)ce.Rank / cap : null))
            .Append(new("hessianZeroRatioFloat32", hessian is null || !ce.Exact ? null : inFloat32.Count(value => Math.Abs(value) < Spectrum.NearZero) / (double)at.Dimension))
            .Concat(Named("marginHessian", margin, around))
            .Concat(Taylor(around, margin, stretched));
        return new([.. quantities], [.. ce.Top.Take(Math.Min(cap, Top))], ce.Exact ? ce.Top : [], ce.Exact ? inFloat32 : []);
    }

    /// <summary>The same names for every sample of an evaluation, whatever the values.</summary>
    private static IEnumerable<Quantity> Named(string name, Spectrum spectrum, Vicinity around, bool fromSomeRows = false)
    {
        yield return new(name + "L1", spectrum.AbsoluteSum?.Value);
        yield return new(name + "SpectralNorm", spectrum.Largest.Value);
        yield return new(name + "NuclearNorm", spectrum.Nuclear.Value);
        yield return new(name + "Trace", spectrum.Trace.Value);
        yield return new(name + "Frobenius", spectrum.Frobenius);
        yield return new(name + "EffectiveRank", spectrum.EffectiveRank);
        yield return new(name + "NegativeRatio", spectrum.Negative);
        // Of a spectrum that is not known whole nobody can tell which eigenvalues are zero.
        yield return new(name + "ZeroRatio", around.Exact && spectrum.Exact ? (double?)spectrum.Zeros / around.Sample.Dimension : null);
        if (fromSomeRows || !spectrum.Exact)
        {
            // Of a positive semi-definite matrix, as what is missing is one, Σ|M_ij| is at most d times the trace.
            yield return new(name + "L1Error", spectrum.AbsoluteSum?.Error + (spectrum.Trace.Error * around.Sample.Dimension));
        }

        if (!spectrum.Exact)
        {
            yield return new(name + "SpectralNormError", spectrum.Largest.Error);
            yield return new(name + "NuclearNormError", spectrum.Nuclear.Error);
            yield return new(name + "TraceError", spectrum.Trace.Error);
        }
    }

    /// <summary>∇²CE and ∇²L of a smooth network, each (d, d) float64: by its stages, where they are known, else by double backward.</summary>
    public static (Tensor CrossEntropy, Tensor Margin) Full(Vicinity around)
    {
        var (at, loss) = (around.Sample, CrossEntropyHessian.Value(logits => logits, around.Sample.Label));
        if (around.Stages is not { } stages)
        {
            return (InputHessian.Full(CrossEntropyHessian.Value(around.Network, at.Label), at.Point).to(ScalarType.Float64),
                InputHessian.Full(around.Margins, at.Point).to(ScalarType.Float64));
        }

        var both = new StageHessian(stages, at.Point, loss, logits => Maths.Margin.Of(logits, tensor(new[] { (long)at.Label }, device: logits.device))).Full();
        return (both[0], both[1]);
    }

    /// <summary>The spectrum of ∇²CE, and the matrix itself where it is small.</summary>
    /// <param name="full">∇²CE, where it was computed as a whole.</param>
    private static (Spectrum Spectrum, Tensor? Hessian) CrossEntropy(Vicinity around, Tensor? full)
    {
        var at = around.Sample;
        var small = at.Dimension <= MostFeaturesInFloat32;
        if (!around.Setting.PiecewiseLinear)
        {
            return full is null ? (Estimated(around, CrossEntropyHessian.Value(around.Network, at.Label)), null) : (Spectrum.Of(CrossEntropyHessian.EigenvaluesOf(full), at.Dimension, new(full.abs().sum().item<double>(), 0)), small ? full : null);
        }

        var (rows, logits) = (at.Rows.to(ScalarType.Float64), at.Logits.to(ScalarType.Float64));
        var p = nn.functional.softmax(logits, 0);
        var all = at.Classes.Length == at.ClassCount;
        var kept = p.index_select(0, tensor(at.Classes.Select(c => (long)c).ToArray(), device: p.device));
        var factor = all ? CrossEntropyHessian.Factor(rows, logits) : CrossEntropyHessian.PartialFactor(rows, kept);
        var spectrum = Spectrum.Of(
            CrossEntropyHessian.Eigenvalues(factor), at.Dimension, AbsoluteSum(around, factor), all ? null : Missing(at, p, kept, rows));
        return (spectrum, small ? factor.t().mm(factor) : null);
    }

    private static Estimate AbsoluteSum(Vicinity around, Tensor factor)
    {
        if (!FromSomeRows(around))
        {
            return new(CrossEntropyHessian.AbsoluteSum(factor), 0);
        }

        var random = around.Random("rows");
        var draws = new double[RowsOfASum];
        foreach (ref var draw in draws.AsSpan())
        {
            draw = random.NextSingle();
        }

        return CrossEntropyHessian.AbsoluteSum(factor, draws);
    }

    private static bool FromSomeRows(Vicinity around) =>
        around.Setting.PiecewiseLinear && around.Sample.Dimension > MostFeaturesOfAnExactSum;

    /// <summary>The bound of <see cref="CrossEntropyHessian.PartialFactor"/>, with ‖g_c − μ‖ ≤ ‖g_c − g_t‖ + ‖g_t − μ‖.</summary>
    private static double Missing(LocalGeometry at, Tensor p, Tensor kept, Tensor rows)
    {
        using var scope = NewDisposeScope();
        var mean = (kept / kept.sum()).unsqueeze(0).mm(rows).squeeze(0);
        var offset = (rows[Array.IndexOf(at.Classes, at.Label)] - mean).norm().item<double>();
        var shares = p.cpu().data<double>().ToArray();
        return at.Rivals.Where(rival => Array.IndexOf(at.Classes, rival.Class) < 0)
            .Sum(rival => shares[rival.Class] * (rival.L2 + offset) * (rival.L2 + offset));
    }

    /// <summary>The spectrum of ∇²L, and Σ|λ_i| ‖e_i‖₁² where its eigenvectors are known.</summary>
    /// <param name="full">∇²L, where it was computed as a whole.</param>
    private static (Spectrum Spectrum, double? Stretched) Margin(Vicinity around, Tensor? full)
    {
        var at = around.Sample;
        if (around.Setting.PiecewiseLinear)
        {
            return (Spectrum.Of([], at.Dimension, new(0, 0)), 0);
        }

        if (full is null)
        {
            return (Estimated(around, around.Margins), null);
        }

        var (values, vectors) = linalg.eigh(full);
        var stretched = (values.abs() * vectors.abs().sum(dim: 0).square()).sum().item<double>();
        double[] eigenvalues = [.. values.cpu().data<double>().ToArray().OrderByDescending(Math.Abs)];
        return (Spectrum.Of(eigenvalues, at.Dimension, new(full.abs().sum().item<double>(), 0)), stretched);
    }

    private static Spectrum Estimated(Vicinity around, Func<Tensor, Tensor> value)
    {
        using var scope = NewDisposeScope();
        var products = new InputHessian(value, around.Sample.Point, Math.Min(Probes, around.Batch));
        return Spectrum.Of(SpectralEstimate.Of(
            products, first => around.Signs(FormattableString.Invariant($"spectrum{first}"), products.Width), Probes, Steps), Top);
    }

    /// <summary>
    /// The right side of Eq. 9 in ℓ∞, Σ|J_i|ε + ½Σ|λ_i|(ε‖e_i‖₁)², and in ℓ2, ‖J‖₂ε + ½ε²max|λ|; and whether Eq. 6 holds
    /// by it, which asks that it be below L. Without a remainder term: an estimate, no bound.
    /// </summary>
    private static IEnumerable<Quantity> Taylor(Vicinity around, Spectrum margin, double? stretched)
    {
        var (at, ε, ε2) = (around.Sample, around.Setting.Epsilon, around.Setting.EpsilonL2);
        var gradient = at.Gradient.to(ScalarType.Float64);
        double? inLinf = stretched is { } sum ? (gradient.abs().sum().item<double>() * ε) + (0.5 * ε * ε * sum) : null;
        var inL2 = (gradient.norm().item<double>() * ε2) + (0.5 * ε2 * ε2 * margin.Largest.Value);
        yield return new("equation9Linf", inLinf);
        yield return new("equation9L2", inL2);
        yield return new("equation6Linf", inLinf is { } most ? (most < at.Margin ? 1 : 0) : null);
        yield return new("equation6L2", inL2 < at.Margin ? 1 : 0);
    }
}
