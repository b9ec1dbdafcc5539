using RobustnessGate.Maths;
using TorchSharp;
using static TorchSharp.torch;

namespace RobustnessGate.Regimes;

/// <summary>
/// Projected sign ascent in an L∞ ball (Madry et al. 2018): how training crafts its examples. It keeps the last point
/// of a fixed number of steps, as the literature's training does; what evaluates a network is in
/// <see cref="Attacks"/>, not this.
/// </summary>
/// <param name="Epsilon">Radius, in raw input units.</param>
/// <param name="StepSize">In raw input units.</param>
/// <param name="RandomStart">Whether it starts uniformly in the ball instead of at the sample.</param>
internal sealed record SignAscent(double Epsilon, double StepSize, int Steps, bool RandomStart)
{
    /// <param name="objective">Points (N, …input) → what to raise, (N), each depending on its own point alone.</param>
    /// <param name="centres">(N, …input), unchanged.</param>
    /// <param name="generator">Of the CPU.</param>
    /// <returns>(N, …input) in the ball and in the box, without a graph.</returns>
    public Tensor Run(Func<Tensor, Tensor> objective, Tensor centres, Bounds? bounds, Generator generator)
    {
        using var scope = NewDisposeScope();
        var centre = centres.detach();
        var low = Box(centre - Epsilon, bounds);
        var high = Box(centre + Epsilon, bounds);
        var point = centre.clone();
        if (RandomStart)
        {
            // Drawn on the CPU, so that a device does not change what is drawn.
            var noise = rand(centre.shape, centre.dtype, generator: generator).mul_(2).sub_(1);
            point.add_(noise.to(centre.device), Epsilon).clamp_(low, high);
        }

        for (var i = 0; i < Steps; i++)
        {
            using var step = NewDisposeScope();
            using var x = point.detach().requires_grad_();
            var gradient = InputGradient.Of(objective(x).sum(), x);
            using var frozen = no_grad();
            point.add_(gradient.sign_(), StepSize).clamp_(low, high);
        }

        return point.MoveToOuterDisposeScope();
    }

    private static Tensor Box(Tensor limit, Bounds? bounds) =>
        bounds is { } box ? limit.clamp_(box.Low, box.High) : limit;
}
