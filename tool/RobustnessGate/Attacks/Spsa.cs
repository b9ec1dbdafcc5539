using RobustnessGate.Attacks.Engine;
using RobustnessGate.Maths;
using TorchSharp;
using static TorchSharp.torch;

namespace RobustnessGate.Attacks;

/// <summary>
/// Adam on gradients of the margin that are estimated from pairs of evaluations on either side of the point, so that
/// none can be masked (Uesato et al. 2018, "Adversarial risk and the dangers of evaluating against weak attacks",
/// Section 4 and Algorithm 1). The pairs are kept in the box, where the model is defined; those within the ball are
/// judged like any point.
/// </summary>
/// <param name="Steps">Number of steps.</param>
/// <param name="Samples">Evaluations for one estimate, two for each random direction.</param>
/// <param name="Delta">How far from the point these are, in widths of the box.</param>
/// <param name="StepSize">Adam's learning rate, in widths of the box.</param>
public sealed record Spsa(
    [property: AtLeast(1), Effort] int Steps = 100, [property: AtLeast(2), Effort] int Samples = 128,
    [property: Positive] double Delta = 0.01, [property: Positive] double StepSize = 0.01) : Attack
{
    public override string Name => "spsa";

    public override IReadOnlyList<Norm> Norms => [Norm.Linf];

    public override int Queries => (int)Math.Min(int.MaxValue, ((long)Steps * (1 + (2 * (Samples / 2)))) + 1);

    public override void Run(Search search)
    {
        using var points = search.AtSamples();
        using var width = search.Track(InputWidth.OfFeatures(search));
        using var adam = new Adam(search, StepSize);
        for (var step = 0; step < Steps && search.Any; step++)
        {
            using var scope = NewDisposeScope();
            search.Observe(points, [search.Towards(Losses.NegativeMargin)], gradients: false);
            var slope = Estimate(search, points, width, step);
            if (search.Any)
            {
                points.Value = points.Value - (adam.Step(slope) * width.Value);
            }
        }

        if (search.Any)
        {
            search.Conclude(points);
        }
    }

    /// <summary>(n, …): the margin loss's slope by shares of the box, averaged over random directions of ±1.</summary>
    private Tensor Estimate(Search search, PerSample points, PerSample width, int step)
    {
        using var sum = search.Track(zeros_like(points.Value));
        for (var pair = 0; pair < Samples / 2 && search.Any; pair++)
        {
            using var scope = NewDisposeScope();
            using var signs = search.Track(search.Uniform(step, pair).sign());
            using var ahead = search.Track(points.Value + (signs.Value * width.Value * Delta));
            using var rise = search.Track(Look(search, ahead));
            using var behind = search.Track(points.Value - (signs.Value * width.Value * Delta));
            var loss = Look(search, behind);
            sum.Value = sum.Value + (signs.Value * Lp.PerRow((rise.Value - loss) / (2 * Delta), signs.Value));
        }

        return sum.Value / (Samples / 2);
    }

    private static Tensor Look(Search search, PerSample points) =>
        search.Observe(points, [search.Towards(Losses.NegativeMargin)], gradients: false, bounded: false).Loss;
}
