using RobustnessGate.Maths;
using TorchSharp;
using static TorchSharp.torch;

namespace RobustnessGate.Tests.Indicators;

public class LanczosTests
{
    private const int Seeds = 100;

    /// <summary>What the product promises of its error bars.</summary>
    private const int LeastWithin = 95;

    private static readonly Func<Tensor, Tensor> Smooth = x =>
    {
        var first = tensor(Evaluation.Networks.Uniform("lanczos", 40 * 60, -0.5f, 0.5f)).reshape(40, 60).to(x.dtype);
        var second = tensor(Evaluation.Networks.Uniform("lanczos2", 5 * 40, -1, 1)).reshape(5, 40).to(x.dtype);
        return nn.functional.gelu(x.mm(first.t())).mm(second.t());
    };

    [Fact]
    public void On_a_small_network_the_error_bars_hold_in_at_least95_of100_seeds()
    {
        using var scope = NewDisposeScope();
        var input = tensor(Evaluation.Networks.Uniform("point", 60)).reshape(1, 60).to(ScalarType.Float64);
        var value = CrossEntropyHessian.Value(Smooth, 1);
        var full = CrossEntropyHessian.EigenvaluesOf(InputHessian.Full(value, input));
        var matrix = new InputHessian(value, input, 8);
        var (greatest, nuclear, trace) = (0, 0, 0);
        for (var seed = 0; seed < Seeds; seed++)
        {
            using var one = NewDisposeScope();
            var random = CounterRandom.For(seed, "lanczos");
            var estimate = SpectralEstimate.Of(matrix, _ => Signs(random, 8, 60), 8, 24);
            greatest += Within(estimate.Greatest(), full[0]) ? 1 : 0;
            nuclear += Within(estimate.Sum(Math.Abs), full.Sum(Math.Abs)) ? 1 : 0;
            trace += Within(estimate.Sum(λ => λ), full.Sum()) ? 1 : 0;
        }

        Assert.True(greatest >= LeastWithin, $"max |λ|: {greatest} of {Seeds}");
        Assert.True(nuclear >= LeastWithin, $"Σ|λ|: {nuclear} of {Seeds}");
        Assert.True(trace >= LeastWithin, $"Σλ: {trace} of {Seeds}");
    }

    [Fact]
    public void Error_bars_are_no_excuse()
    {
        using var scope = NewDisposeScope();
        var input = tensor(Evaluation.Networks.Uniform("point", 60)).reshape(1, 60).to(ScalarType.Float64);
        var random = CounterRandom.For(3, "lanczos");
        var estimate = SpectralEstimate.Of(
            new InputHessian(CrossEntropyHessian.Value(Smooth, 1), input, 8), _ => Signs(random, 8, 60), 8, 24);
        var (greatest, nuclear) = (estimate.Greatest(), estimate.Sum(Math.Abs));
        Assert.InRange(greatest.Error, 0, 1e-3 * Math.Abs(greatest.Value));
        Assert.InRange(nuclear.Error, 0, 0.6 * nuclear.Value);
    }

    [Fact]
    public void A_whole_run_gives_the_spectrum_itself()
    {
        using var scope = NewDisposeScope();
        var half = tensor(Evaluation.Networks.Uniform("symmetric", 144, -1, 1)).reshape(12, 12).to(ScalarType.Float64);
        var a = half + half.t();
        var start = tensor(Evaluation.Networks.Uniform("start", 12, -1, 1)).reshape(1, 12).to(ScalarType.Float64);
        var ritz = Lanczos.Run(v => v.mm(a), start, 50)[0];
        Assert.Equal(12, ritz.Steps);
        var found = ritz.Ritz(12).Select(value => value.Value).OrderByDescending(Math.Abs).ToArray();
        Assert.All(CrossEntropyHessian.EigenvaluesOf(a).Zip(found), pair => Assert.Equal(pair.First, pair.Second, 1e-10));
    }

    [Fact]
    public void It_stops_where_the_space_is_invariant()
    {
        using var scope = NewDisposeScope();
        var u = ones(1, 20, dtype: ScalarType.Float64);
        var found = Lanczos.Run(v => v.mm(u.t()).mm(u), cat([u, ones(1, 20, dtype: ScalarType.Float64).cumsum(1)], 0), 10);
        Assert.Equal(1, found[0].Steps);
        Assert.Equal(20, found[0].Ritz(1)[0].Value, 1e-12);
        Assert.Equal(2, found[1].Steps);
        Assert.All(Lanczos.Run(v => v * 0, u, 10), zero => Assert.Equal(0, zero.Ritz(1)[0].Value));
    }

    private static bool Within(Estimate estimate, double truth) => Math.Abs(estimate.Value - truth) <= estimate.Error;

    private static Tensor Signs(CounterRandom random, int rows, int columns)
    {
        var values = new double[rows * columns];
        foreach (ref var value in values.AsSpan())
        {
            value = (random.NextWord() & 1) == 0 ? -1 : 1;
        }

        return tensor(values).reshape(rows, columns);
    }
}
