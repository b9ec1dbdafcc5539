using RobustnessGate.Indicators;
using RobustnessGate.Maths;
using RobustnessGate.Tests.Evaluation;

namespace RobustnessGate.Tests.Indicators;

public class CleverTests
{
    [Theory]
    [InlineData(2.5)]
    [InlineData(4)]
    public void The_fit_finds_the_end_of_a_reverse_weibull(double shape)
    {
        // Quantiles of G with a = 10, s = 2: a sample without chance.
        var values = Enumerable.Range(0, 200).Select(i => 10 - (2 * Math.Pow(-Math.Log((i + 0.5) / 200), 1 / shape))).ToArray();
        var fit = ReverseWeibull.Fit(values);
        Assert.Equal(10, fit.Location, 0.35);
        Assert.InRange(fit.P!.Value, 0.9, 1);
    }

    [Fact]
    public void Values_of_another_distribution_get_a_small_p()
    {
        var values = Enumerable.Range(0, 200).Select(i => i % 2 == 0 ? 1 + (i * 1e-6) : 5 + (i * 1e-6)).ToArray();
        Assert.InRange(ReverseWeibull.Fit(values).P!.Value, 0, 0.01);
    }

    [Fact]
    public void Equal_maxima_are_their_own_end()
    {
        var fit = ReverseWeibull.Fit([3, 3, 3]);
        Assert.Equal(3, fit.Location);
        Assert.Null(fit.P);
    }

    [Fact]
    public void Of_a_linear_network_it_is_the_linear_radius_where_the_ball_reaches_that_far()
    {
        // Z₀ − Z₁ = x₀ + x₁ − 0.98: at (0.5, 0.5) the radius is 0.01; at (1, 1), 0.51, more than the ball.
        var network = Networks.Linear([1, 1, 0, 0], [-0.98f, 0]);
        var fact = (new Bed(network, [0.5f, 0.5f, 1, 1], [0, 0], [2]) { Indicator = 2, Clever = true }).Run().Indicator!;
        Assert.Equal(fact.At("linearRadius"), fact.At("cleverRadius"), 1e-6);
        Assert.Equal(2 * fact.Context!.Epsilon, fact.At("cleverRadius", 1), 1e-12);
        Assert.Null(fact.PerSample["cleverP"][0]);
    }

    [Fact]
    public void Of_a_bent_network_it_is_below_the_linear_radius_and_has_AP()
    {
        var fact = (Networks.Labelled(Surroundings.Smooth(), "surroundings", 3, 6) with { Indicator = 3, Clever = true }).Run().Indicator!;
        Assert.All(Enumerable.Range(0, 3), i => Assert.True(fact.At("cleverRadius", i) < fact.At("linearRadius", i) * 1.01));
        Assert.All(fact.PerSample["cleverP"], p => Assert.InRange(p!.Value, 0, 1));
    }

    [Theory]
    [InlineData(true, "Conv,Relu,Gemm", "piecewise linear", false)]
    [InlineData(true, "Conv,Sigmoid,Gemm", "piecewise linear", true)]
    [InlineData(false, "Conv,Gelu,Gemm", "smooth", false)]
    [InlineData(false, "Conv,Relu,Gemm", "smooth", true)]
    [InlineData(false, "Conv,Mul,Gemm", "smooth", false)]
    public void Derivatives_and_operators_both_say_the_kind(bool measured, string operators, string kind, bool disagree)
    {
        var (words, doubt) = NetworkKind.Of(measured, operators.Split(','));
        Assert.StartsWith(kind, words, StringComparison.Ordinal);
        Assert.Equal(disagree, doubt);
    }
}
