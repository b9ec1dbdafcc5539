using RobustnessGate.Attacks.Engine;
using RobustnessGate.Maths;
using TorchSharp;
using static TorchSharp.torch;

namespace RobustnessGate.Attacks;

/// <summary>
/// Decoupled direction and norm: steps along the gradient of cross-entropy on a sphere that shrinks while the point is
/// adversarial and grows while it is not (Rony et al. 2019, "Decoupling direction and norm for efficient gradient-based
/// L2 adversarial attacks and defenses", Algorithm 1).
/// </summary>
/// <param name="Steps">Number of gradient steps; their length falls along a cosine from 1 to 0.01 widths of the box.</param>
/// <param name="InitNorm">First radius, in raw input units; by default the width of the box.</param>
/// <param name="Gamma">γ: the radius changes by this share at every step.</param>
public sealed record Ddn(
    [property: AtLeast(1), Effort] int Steps = 100, [property: Positive] double? InitNorm = null,
    [property: Inside(0, 1)] double Gamma = 0.05) : Attack
{
    private const double LongestStep = 1;
    private const double ShortestStep = 0.01;

    public override string Name => "ddn";

    public override IReadOnlyList<Norm> Norms => [Norm.L2];

    public override bool MinimalNorm => true;

    public override int Queries => Steps + 1;

    public override void Run(Search search)
    {
        using var points = search.AtSamples();
        using var width = search.Track(InputWidth.OfSamples(search));
        using var radius = search.Track(InitNorm is { } first ? full_like(width.Value, first) : width.Value.clone());
        using var farthest = search.Track(Lp.Of(maximum(search.Reach.BoxHigh - search.Clean, search.Clean - search.Reach.BoxLow), Norm.L2));
        for (var step = 0; step < Steps && search.Any; step++)
        {
            using var scope = NewDisposeScope();
            var seen = search.Observe(points, [search.Towards(Losses.CrossEntropy)], bounded: false);
            if (!search.Any)
            {
                break;
            }

            var length = width.Value * CosineStep(step);
            var way = points.Value - search.Clean
                + (Direction(search, seen.Gradient, step) * Lp.PerRow(length, points.Value));
            radius.Value = minimum(radius.Value * where(seen.Margins.lt(0), full_like(length, 1 - Gamma), full_like(length, 1 + Gamma)), farthest.Value);
            points.Value = search.Clean + (way * Lp.PerRow(radius.Value / Lp.Of(way, Norm.L2).clamp_min(1e-30), way));
        }

        if (search.Any)
        {
            search.Observe(points, [], gradients: false, bounded: false);
        }
    }

    private double CosineStep(int step) =>
        ShortestStep + ((LongestStep - ShortestStep) * (1 + Math.Cos(Math.PI * step / Steps)) / 2);

    /// <summary>The gradient at unit length; a random direction where it is zero.</summary>
    private static Tensor Direction(Search search, Tensor gradient, int step)
    {
        using var scope = NewDisposeScope();
        var direction = Lp.SteepestAscent(gradient, Norm.L2);
        var zero = Lp.Of(direction, Norm.Linf).eq(0);
        if (zero.any().item<bool>())
        {
            var random = Lp.SteepestAscent(search.Normal(run: 0, step), Norm.L2);
            direction = where(Lp.PerRow(zero, direction), random, direction);
        }

        return direction.MoveToOuterDisposeScope();
    }
}
