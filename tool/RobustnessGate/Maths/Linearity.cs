using TorchSharp;
using static TorchSharp.torch;

namespace RobustnessGate.Maths;

/// <summary>
/// Decides numerically whether a network is piecewise linear: then second derivatives of its logits are exactly zero,
/// not merely small, wherever they exist. Works for every format, with or without a graph to read.
/// </summary>
internal static class Linearity
{
    private const int Probes = 4;

    /// <param name="logits">(n, …) → (n, K), differentiable.</param>
    /// <param name="inputs">(n, …): points of the data.</param>
    /// <param name="classes">K.</param>
    /// <param name="jitter">How far the points are moved first: constant backgrounds put samples exactly on kinks.</param>
    /// <param name="seed">Of jitter and directions.</param>
    public static bool IsPiecewiseLinear(Func<Tensor, Tensor> logits, Tensor inputs, int classes, double jitter, long seed)
    {
        for (var probe = 0; probe < Probes; probe++)
        {
            using var scope = NewDisposeScope();
            var random = CounterRandom.For(seed, "linearity", (ulong)probe);
            var points = (inputs + (Draw(ref random, inputs.shape, inputs) * jitter)).detach().requires_grad_();
            var combination = logits(points).mv(Draw(ref random, [classes], inputs)).sum();
            var gradient = InputGradient.Of(combination, points, GraphUse.Differentiate);
            var along = (gradient * Draw(ref random, inputs.shape, inputs)).sum();
            if (!InputGradient.Of(along, points).eq(0).all().item<bool>())
            {
                return false;
            }
        }

        return true;
    }

    private static Tensor Draw(ref CounterRandom random, long[] shape, Tensor like)
    {
        var values = new double[shape.Aggregate(1L, (a, b) => a * b)];
        foreach (ref var value in values.AsSpan())
        {
            value = (2 * random.NextSingle()) - 1;
        }

        return tensor(values, device: like.device).reshape(shape).to(like.dtype);
    }
}
