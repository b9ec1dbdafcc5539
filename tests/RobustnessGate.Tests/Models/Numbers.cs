using TorchSharp;
using static TorchSharp.torch;

namespace RobustnessGate.Tests.Models;

/// <summary>Seeded numbers, and derivatives by central differences.</summary>
internal static class Numbers
{
    public static float[] Uniform(long count, int seed = 1, double low = 0, double high = 1)
    {
        var random = new Random(seed);
        var values = new float[count];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = (float)(low + (high - low) * random.NextDouble());
        }

        return values;
    }

    public static Tensor Tensor(long[] shape, int seed = 1, double low = -1, double high = 1) =>
        tensor(Uniform(shape.Aggregate(1L, (a, b) => a * b), seed, low, high), shape);

    public static float[] Floats(Tensor x) => x.detach().cpu().to(ScalarType.Float32).contiguous().data<float>().ToArray();

    public static double[] Doubles(Tensor x) => x.detach().cpu().to(ScalarType.Float64).contiguous().data<double>().ToArray();

    /// <summary>∂f/∂x of a scalar function.</summary>
    public static Tensor Gradient(Func<Tensor, Tensor> f, Tensor x)
    {
        var leaf = x.detach().clone().requires_grad_(true);
        var value = f(leaf);
        Assert.True(value.requires_grad, "no gradient reaches the input");
        return autograd.grad([value], [leaf], retain_graph: true, create_graph: false, allow_unused: true)[0] is { IsInvalid: false } gradient ? gradient : zeros_like(leaf);
    }

    /// <summary>∂(∂f/∂x · v)/∂x; zero where the gradient does not depend on x.</summary>
    public static Tensor HessianVector(Func<Tensor, Tensor> f, Tensor x, Tensor v)
    {
        var leaf = x.detach().clone().requires_grad_(true);
        var gradient = autograd.grad([f(leaf)], [leaf], retain_graph: true, create_graph: true, allow_unused: true)[0];
        if (gradient is not { IsInvalid: false } || !gradient.requires_grad)
        {
            return zeros_like(leaf);
        }

        var second = autograd.grad([(gradient * v).sum()], [leaf], retain_graph: true, create_graph: false, allow_unused: true)[0];
        return second is { IsInvalid: false } ? second : zeros_like(leaf);
    }

    /// <summary>Greatest difference between the gradient and central differences at chosen coordinates, in float64.</summary>
    public static double GradientError(Func<Tensor, Tensor> f, Tensor x, int coordinates = 24, double step = 1e-5)
    {
        var at = x.to(ScalarType.Float64);
        var gradient = Doubles(Gradient(f, at));
        var random = new Random(7);
        var worst = 0.0;
        for (var n = 0; n < coordinates; n++)
        {
            var i = random.Next(gradient.Length);
            worst = Math.Max(worst, Math.Abs(gradient[i] - Difference(f, at, i, step)));
        }

        return worst;
    }

    private static double Difference(Func<Tensor, Tensor> f, Tensor x, int coordinate, double step)
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        double At(double offset)
        {
            var moved = x.clone();
            moved.view(-1)[coordinate] += offset;
            return f(moved).to(ScalarType.Float64).item<double>();
        }

        return (At(step) - At(-step)) / (2 * step);
    }
}
