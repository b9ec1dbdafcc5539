using RobustnessGate.Maths;
using RobustnessGate.Tests.Evaluation;
using TorchSharp;
using static TorchSharp.torch;

namespace RobustnessGate.Tests.Indicators;

public class SmoothSpectrumTests
{
    [Fact]
    public void Both_hessians_equal_finite_differences_of_gradients()
    {
        var network = Surroundings.Smooth();
        var bed = Networks.Labelled(network, "surroundings", 2, 6) with { Indicator = 2 };
        var fact = bed.Run().Indicator!;
        for (var i = 0; i < 2; i++)
        {
            using var scope = NewDisposeScope();
            var x = tensor(bed.Values).reshape(2, 6).narrow(0, i, 1).to(ScalarType.Float64);
            var label = tensor(new[] { (long)bed.Labels[i] });
            var ce = Differences(rows => Losses.CrossEntropy(network.Forward(rows), label), x);
            var margin = Differences(rows => Margin.Of(network.Forward(rows), label), x);
            var (eigenvalues, stretched) = (CrossEntropyHessian.EigenvaluesOf(ce), CrossEntropyHessian.EigenvaluesOf(margin));
            Assert.Equal(ce.abs().sum().item<double>(), fact.At("hessianL1", i), 1e-6);
            Assert.Equal(Math.Abs(eigenvalues[0]), fact.At("hessianSpectralNorm", i), 1e-6);
            Assert.Equal(eigenvalues.Sum(), fact.At("hessianTrace", i), 1e-6);
            Assert.Equal(eigenvalues.Sum(Math.Abs), fact.At("hessianNuclearNorm", i), 1e-6);
            Assert.Equal(Math.Abs(stretched[0]), fact.At("marginHessianSpectralNorm", i), 1e-6);
            Assert.Equal(stretched.Sum(Math.Abs), fact.At("marginHessianNuclearNorm", i), 1e-6);

            // Eq. 9 with the eigenvectors of the same matrix.
            var (λ, e) = linalg.eigh(margin);
            var ε = fact.Context!.Epsilon;
            var curvature = Enumerable.Range(0, 6).Sum(k => Math.Abs(λ[k].item<double>()) * Math.Pow(ε * e.select(1, k).abs().sum().item<double>(), 2));
            Assert.Equal((fact.At("jacobianL1", i) * ε) + (curvature / 2), fact.At("equation9Linf", i), 1e-7);
            Assert.Equal((fact.At("jacobianL2", i) * ε) + (ε * ε * Math.Abs(stretched[0]) / 2), fact.At("equation9L2", i), 1e-7);
            Assert.Equal(fact.At("equation9Linf", i) < fact.At("margin", i) ? 1 : 0, fact.At("equation6Linf", i));
        }
    }

    [Fact]
    public void Of_a_piecewise_linear_network_the_hessian_of_l_vanishes()
    {
        var facts = Surroundings.Measure(Surroundings.Piecewise());
        Assert.NotNull(facts.Indicator);
        Assert.Equal(0, facts.Indicator.At("marginHessianSpectralNorm"));
        Assert.Equal(1, facts.Indicator.At("marginHessianZeroRatio"));
        Assert.StartsWith("piecewise linear", facts.Indicator.Context!.Kind, StringComparison.Ordinal);
        Assert.Equal(2, facts.Indicator.Context.RankCap);
    }

    [Fact]
    public void Of_many_classes_the_likeliest_give_the_spectrum_within_the_stated_error()
    {
        const int Classes = 150;
        const int Features = 20;
        var weights = tensor(Networks.Uniform("many", Classes * Features, -1, 1)).reshape(Classes, Features);
        var network = new FunctionNetwork(x => x.flatten(1).mm(weights.to(x.dtype).t()));
        var bed = Networks.Labelled(network, "many", 2, Features) with { Indicator = 2 };
        var fact = bed.Run().Indicator!;
        for (var i = 0; i < 2; i++)
        {
            using var scope = NewDisposeScope();
            var x = tensor(bed.Values).reshape(2, Features).narrow(0, i, 1).to(ScalarType.Float64);
            var (logits, jacobian) = LogitJacobian.At(network.Forward, x);
            var exact = CrossEntropyHessian.Eigenvalues(CrossEntropyHessian.Factor(jacobian, logits));
            var (largest, error) = (fact.At("hessianSpectralNorm", i), fact.At("hessianSpectralNormError", i));
            Assert.InRange(exact[0], largest - 1e-9, largest + error);
            Assert.InRange(exact.Sum(), fact.At("hessianTrace", i) - 1e-9, fact.At("hessianTrace", i) + fact.At("hessianTraceError", i));
            var absolute = CrossEntropyHessian.AbsoluteSum(CrossEntropyHessian.Factor(jacobian, logits));
            Assert.Equal(absolute, fact.At("hessianL1", i), fact.At("hessianL1Error", i));
            Assert.True(error > 0);
            Assert.All(new[] { "hessianRankRatio", "hessianZeroRatio", "hessianZeroRatioFloat32" }, name => Assert.Null(fact.PerSample[name][i]));
            // All competitors count for the radius at the sample, not only the likeliest.
            var z = logits.data<double>().ToArray();
            var t = bed.Labels[i];
            var radius = Enumerable.Range(0, Classes).Where(k => k != t)
                .Min(k => (z[t] - z[k]) / (jacobian[t] - jacobian[k]).abs().sum().item<double>());
            Assert.Equal(radius, fact.At("linearRadius", i), 1e-12);
        }
    }

    [Fact]
    public void Beyond_a_few_thousand_features_a_smooth_network_is_estimated_and_says_so()
    {
        const int Features = 4200;
        var weights = tensor(Networks.Uniform("wide", 8 * Features, -0.02f, 0.02f)).reshape(8, Features);
        var last = tensor(Networks.Uniform("wide2", 24, -1, 1)).reshape(3, 8);
        var network = new FunctionNetwork(x => x.flatten(1).mm(weights.to(x.dtype).t()).tanh().mm(last.to(x.dtype).t()));
        var bed = Networks.Labelled(network, "wide", 1, Features) with { Indicator = 1, Jitter = 0 };
        var facts = bed.Run();
        Assert.Contains(facts.Findings, finding => finding.Code == "RG1109");
        Assert.Null(facts.Indicator!.PerSample["hessianL1"][0]);

        // ∇²L = Wᵀ diag(−2 a h (1 − h²)) W with h = tanh(Wx) and a the difference of two rows of the last layer.
        using var scope = NewDisposeScope();
        var w = weights.to(ScalarType.Float64);
        var h = w.mv(tensor(bed.Values).to(ScalarType.Float64)).tanh();
        var z = last.to(ScalarType.Float64).mv(h).data<double>().ToArray();
        var rival = Enumerable.Range(0, 3).Where(k => k != bed.Labels[0]).MaxBy(k => z[k]);
        var a = (last[bed.Labels[0]] - last[rival]).to(ScalarType.Float64);
        var diagonal = (-2 * a * h * (1 - (h * h))).diag();
        // Eigenvalues of Wᵀ D W other than zero are those of D W Wᵀ.
        var expected = linalg.eigvals(diagonal.mm(w.mm(w.t()))).real.data<double>().ToArray();
        Assert.Equal(expected.Max(Math.Abs), facts.Indicator.At("marginHessianSpectralNorm"), facts.Indicator.At("marginHessianSpectralNormError"));
        Assert.Equal(expected.Sum(Math.Abs), facts.Indicator.At("marginHessianNuclearNorm"), facts.Indicator.At("marginHessianNuclearNormError"));
        Assert.Equal(expected.Sum(), facts.Indicator.At("marginHessianTrace"), facts.Indicator.At("marginHessianTraceError"));
    }

    /// <summary>Central differences of gradients: (d, d).</summary>
    private static Tensor Differences(Func<Tensor, Tensor> value, Tensor x)
    {
        const double H = 1e-5;
        Tensor Gradient(Tensor at)
        {
            var leaf = at.clone().detach().requires_grad_();
            return InputGradient.Of(value(leaf).sum(), leaf).flatten();
        }

        var rows = Enumerable.Range(0, (int)x.shape[1]).Select(j =>
        {
            var step = zeros_like(x);
            step[0, j] = H;
            return (Gradient(x + step) - Gradient(x - step)) / (2 * H);
        }).ToArray();
        var full = stack(rows, 0);
        return (full + full.t()) / 2;
    }
}
