using RobustnessGate.Evaluation;
using RobustnessGate.Maths;
using RobustnessGate.Models;
using RobustnessGate.Policies;
using RobustnessGate.Samples;
using RobustnessGate.Tests.Evaluation;
using TorchSharp;
using static TorchSharp.torch;

namespace RobustnessGate.Tests.Indicators;

public class SpectrumTests
{
    [Fact]
    public void C_backward_passes_give_the_spectrum_of_the_full_hessian()
    {
        var network = Networks.Convolutional("spectrum");
        var bed = Networks.Labelled(network, "spectrum", 5, 1, 8, 8);
        for (var i = 0; i < 5; i++)
        {
            using var scope = NewDisposeScope();
            var input = tensor(bed.Values).reshape(5, 1, 8, 8).narrow(0, i, 1).to(ScalarType.Float64);
            var (logits, jacobian) = LogitJacobian.At(network.Forward, input);
            var factor = CrossEntropyHessian.Factor(jacobian, logits);
            var fast = CrossEntropyHessian.Eigenvalues(factor);
            var full = InputHessian.Full(CrossEntropyHessian.Value(network.Forward, bed.Labels[i]), input);
            var slow = CrossEntropyHessian.EigenvaluesOf(full);
            for (var k = 0; k < 9; k++)
            {
                Assert.Equal(slow[k], fast[k], 1e-8 * slow[0]);
            }

            Assert.Equal(full.abs().sum().item<double>(), CrossEntropyHessian.AbsoluteSum(factor), 1e-8 * full.abs().sum().item<double>());
        }
    }

    [Fact]
    public void Some_rows_tell_the_absolute_sum_within_their_error_bar()
    {
        using var scope = NewDisposeScope();
        var missed = 0;
        for (var seed = 0; seed < 40; seed++)
        {
            // Rows of very different size, as the pixels of an image have, and most of them zero.
            var size = arange(500).remainder(7).eq(0).to(ScalarType.Float64) * arange(500, dtype: ScalarType.Float64).pow(2);
            var factor = tensor(Networks.Uniform($"factor{seed}", 6 * 500, -1, 1)).reshape(6, 500) * size;

            var (value, error) = CrossEntropyHessian.AbsoluteSum(factor, Draws(seed, 100));

            var truth = CrossEntropyHessian.AbsoluteSum(factor);
            Assert.InRange(error, 1e-3 * truth, 0.2 * truth);
            missed += Math.Abs(value - truth) <= error ? 0 : 1;
        }

        Assert.InRange(missed, 0, 3);
    }

    [Fact]
    public void A_single_row_among_thousands_of_zeros_is_not_missed()
    {
        using var scope = NewDisposeScope();
        var factor = zeros(2, 20000, dtype: ScalarType.Float64);
        factor[0, 12345] = 3.0;

        Assert.Equal(new Estimate(9, 0), CrossEntropyHessian.AbsoluteSum(factor, Draws(1, 16)));
        Assert.Equal(new Estimate(0, 0), CrossEntropyHessian.AbsoluteSum(zeros_like(factor), Draws(1, 16)));
        Assert.True(double.IsNaN(CrossEntropyHessian.AbsoluteSum(factor / 0, Draws(1, 16)).Value));
    }

    private static double[] Draws(int seed, int count)
    {
        var random = CounterRandom.For(seed, "rows");
        var draws = new double[count];
        foreach (ref var draw in draws.AsSpan())
        {
            draw = random.NextSingle();
        }

        return draws;
    }

    [Theory]
    [InlineData("natural.onnx")]
    [InlineData("robust.onnx")]
    public void On_the_trained_digit_networks_too_it_is_that_of_the_full_hessian(string file)
    {
        var folder = Path.Combine(TestData.Root, "templates", "quick-start");
        var section = new InputSection([1, 8, 8], new Bounds(0, 1), [], []);
        using var classifier = ModelLoader.Load(new ModelSection(Path.Combine(folder, file), null, section));
        var samples = SampleSet.Load(
            new DataSection(
                Path.Combine(folder, "test-images.idx.gz"), Path.Combine(folder, "test-labels.idx.gz"), 10,
                SampleSelection.First, DataScale.Auto, null, null, null),
            section, seed: 0);
        for (var i = 0; i < samples.Count; i++)
        {
            using var scope = NewDisposeScope();
            var input = new SampleTensors(samples, section, CPU).Load([i]).to(ScalarType.Float64);
            var (logits, jacobian) = LogitJacobian.At(classifier.Logits, input);
            var fast = CrossEntropyHessian.Eigenvalues(CrossEntropyHessian.Factor(jacobian, logits));
            var slow = CrossEntropyHessian.EigenvaluesOf(InputHessian.Full(CrossEntropyHessian.Value(classifier.Logits, samples.Labels[i]), input));
            Assert.All(Enumerable.Range(0, 9), k => Assert.Equal(slow[k], fast[k], 1e-8 * Math.Abs(slow[0])));
        }
    }

    [Fact]
    public void A_quadratic_model_takes_the_other_path_and_is_exact()
    {
        // Z = (xᵀAx/2, 0) with A symmetric: ∇²CE = p₂(−A) + p₁p₂ (Ax)(Ax)ᵀ for label 0.
        const int D = 12;
        var half = tensor(Networks.Uniform("quadratic", D * D, -1, 1)).reshape(D, D).to(ScalarType.Float64);
        var a = half + half.t();
        var network = new FunctionNetwork(x =>
        {
            var flat = x.flatten(1);
            var z = (flat.mm(a.to(x.dtype)) * flat).sum(1, keepdim: true) / 2;
            return cat([z, zeros_like(z)], 1);
        });
        var bed = new Bed(network, Networks.Uniform("point", D), [0], [D]) { Indicator = 1 };
        var facts = bed.Run();
        Assert.False(facts.Model!.PiecewiseLinear);

        var x0 = tensor(bed.Values).to(ScalarType.Float64);
        var gradient = a.mv(x0);
        var p = nn.functional.softmax(cat([(gradient.dot(x0) / 2).reshape(1), zeros(1, dtype: ScalarType.Float64)], 0), 0);
        var expected = (-p[1] * a) + (p[0] * p[1] * outer(gradient, gradient));
        var spectrum = CrossEntropyHessian.EigenvaluesOf(expected);
        Assert.Equal(Math.Abs(spectrum[0]), facts.Indicator!.PerSample["hessianSpectralNorm"][0]!.Value, 1e-9);
        Assert.Equal(expected.abs().sum().item<double>(), facts.Indicator.PerSample["hessianL1"][0]!.Value, 1e-8);
    }

    [Fact]
    public void Relu_networks_are_found_piecewise_linear()
    {
        var bed = Networks.Labelled(Networks.Convolutional("linearity"), "linearity", 5, 1, 8, 8) with { Indicator = 5 };
        var facts = bed.Run();
        Assert.True(facts.Model!.PiecewiseLinear);
        Assert.All(facts.Indicator!.PerSample["hessianRankRatio"], ratio => Assert.InRange(ratio!.Value, 0.1, 1));
    }
}
