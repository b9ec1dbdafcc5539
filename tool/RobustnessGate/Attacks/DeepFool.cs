using RobustnessGate.Attacks.Engine;
using RobustnessGate.Maths;
using TorchSharp;
using static TorchSharp.torch;

namespace RobustnessGate.Attacks;

/// <summary>
/// Steps onto the nearest of the linearised boundaries until one is crossed (Moosavi-Dezfooli et al. 2016, "DeepFool: a
/// simple and accurate method to fool deep neural networks", Algorithm 2, and Section 3.3 for other norms). A step goes
/// to the nearest point of the boundary within the box, where the published one may run against pixels that are black or
/// white already.
/// </summary>
/// <param name="Steps">Most steps.</param>
/// <param name="Overshoot">η: the way found is walked 1 + η times.</param>
/// <param name="Candidates">How many classes, most likely first and the true one among them, have their boundaries looked at.</param>
public sealed record DeepFool(
    [property: AtLeast(1), Effort] int Steps = 50, [property: AtLeast(0)] double Overshoot = 0.02,
    [property: AtLeast(2), Effort] int Candidates = 10) : Attack
{
    /// <summary>Of the logits' size: a step aims at least this far through the boundary, or it would never arrive.</summary>
    private const double LeastGap = 2 * Criterion.Slack;

    public override string Name => "deepfool";

    public override IReadOnlyList<Norm> Norms => [Norm.L2, Norm.Linf];

    public override bool MinimalNorm => true;

    public override bool StopsAtFirst => true;

    public override int Queries => Steps + 1;

    public override void Run(Search search)
    {
        using var rivals = new Rivals(search, Candidates - 1);
        Objective[] boundaries = search.Targeted
            ? [search.Towards(Losses.NegativeMargin)]
            : [.. Enumerable.Range(0, rivals.Count).Select(rank => Rivals.Gap(search, () => rivals.Ranked(rank)))];
        using var points = search.AtSamples();
        using var way = search.Track(zeros_like(search.Clean));
        for (var step = 0; step < Steps && search.Any; step++)
        {
            using var scope = NewDisposeScope();
            var seen = search.Observe(points, boundaries, bounded: false);
            if (search.Any)
            {
                way.Value = way.Value + OntoTheNearest(search, points.Value, seen);
                points.Value = search.Clean + (way.Value * (1 + Overshoot));
            }
        }

        if (search.Any)
        {
            search.Observe(points, [], gradients: false, bounded: false);
        }
    }

    /// <summary>(n, …): the step onto the boundary of least |f| / ‖∇f‖_q. A boundary without a gradient is not there.</summary>
    private static Tensor OntoTheNearest(Search search, Tensor points, QueryResult seen)
    {
        using var scope = NewDisposeScope();
        var dual = Lp.Dual(search.Reach.Norm);
        var least = search.CleanLogits.abs().amax(1) * LeastGap;
        var distance = full_like(seen.Margins, double.PositiveInfinity);
        var (gap, normal) = (zeros_like(seen.Margins), zeros_like(points));
        for (var i = 0; i < seen.Losses.Count; i++)
        {
            var w = seen.Gradients[i];
            var f = maximum(seen.Losses[i].abs(), least);
            var length = Lp.Of(w, dual);
            var nearer = length.gt(0).logical_and((f / length).lt(distance));
            distance = where(nearer, f / length, distance);
            gap = where(nearer, f, gap);
            normal = where(Lp.PerRow(nearer, normal), w, normal);
        }

        var (x, flat) = (points.flatten(1), normal.flatten(1));
        var step = Hyperplane.StepTo(
            x, flat, (flat * x).sum(1) + gap, search.Reach.BoxLow.flatten(1), search.Reach.BoxHigh.flatten(1), search.Reach.Norm);
        return step.reshape(points.shape).MoveToOuterDisposeScope();
    }
}
