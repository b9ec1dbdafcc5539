using RobustnessGate.Attacks;
using RobustnessGate.Attacks.Engine;
using RobustnessGate.Maths;
using TorchSharp;
using static TorchSharp.torch;

namespace RobustnessGate.Evaluation.Credibility;

/// <summary>
/// A search that sees classes alone and so cannot be misled by logits or gradients: from the nearest sample of another class
/// along the boundary towards the sample, by normals that random directions vote for (Chen et al. 2020, "HopSkipJumpAttack").
/// </summary>
/// <param name="Rounds">Normals that are estimated.</param>
/// <param name="Directions">Random directions that vote for each.</param>
internal sealed record BoundaryWalk(int Rounds = 4, int Directions = 24) : Attack
{
    private const int Halvings = 10;

    /// <summary>Lengths of a step that are tried, each half of the one before.</summary>
    private const int Lengths = 4;

    public override string Name => "boundary-walk";

    public override IReadOnlyList<Norm> Norms => [Norm.Linf, Norm.L2];

    public override int Queries => Halvings + (Rounds * (Directions + Lengths + Halvings)) + 1;

    public override void Run(Search search)
    {
        using var scope = NewDisposeScope();
        if (Start(search) is not { } start)
        {
            return;
        }

        using var points = search.Track(start);
        using var asked = search.Track(start.clone());
        points.Value = Nearer(search, asked, points.Value);
        for (var round = 0; round < Rounds; round++)
        {
            using var step = NewDisposeScope();
            var distance = Lp.Of(points.Value - search.Clean, search.Reach.Norm);
            var direction = Lp.SteepestAscent(Normal(search, asked, points.Value, distance, round), search.Reach.Norm);
            var moved = Moved(search, asked, points.Value, direction, distance / Math.Sqrt(round + 1));
            points.Value = Nearer(search, asked, moved);
        }

        search.Conclude(points);
    }

    /// <summary>(n, …): the nearest of the samples that are of another class; null where all are of one.</summary>
    private static Tensor? Start(Search search)
    {
        using var scope = NewDisposeScope();
        var distances = cdist(search.Clean.flatten(1), search.Clean.flatten(1));
        var others = distances.masked_fill(search.Classes.unsqueeze(1).eq(search.Classes.unsqueeze(0)), double.PositiveInfinity);
        return others.amin(1).isfinite().all().item<bool>()
            ? search.Clean.index_select(0, others.argmin(1)).MoveToOuterDisposeScope() : null;
    }

    /// <summary>(n) bool: whether the model gives another class.</summary>
    private static Tensor IsOther(Search search, PerSample asked, Tensor points)
    {
        asked.Value = points.clone();
        return search.Observe(asked, [], gradients: false, bounded: false).Margins.le(0);
    }

    /// <summary>(n, …): points pulled towards the samples for as long as the class stays another.</summary>
    private static Tensor Nearer(Search search, PerSample asked, Tensor points)
    {
        using var scope = NewDisposeScope();
        var (low, high) = (zeros(points.shape[0], device: points.device), ones(points.shape[0], device: points.device));
        for (var halving = 0; halving < Halvings; halving++)
        {
            var middle = (low + high) / 2;
            var other = IsOther(search, asked, Pulled(search, points, middle));
            high = where(other, middle, high);
            low = where(other, low, middle);
        }

        return Pulled(search, points, high).MoveToOuterDisposeScope();
    }

    /// <summary>Of the way from the sample: in ℓ2 along the line, in ℓ∞ no feature further than that share of the farthest.</summary>
    private static Tensor Pulled(Search search, Tensor points, Tensor share)
    {
        using var scope = NewDisposeScope();
        var offset = points - search.Clean;
        if (search.Reach.Norm != Norm.Linf)
        {
            return (search.Clean + (offset * Lp.PerRow(share, offset))).MoveToOuterDisposeScope();
        }

        var most = Lp.PerRow(Lp.Of(offset, Norm.Linf) * share, offset);
        return (search.Clean + minimum(maximum(offset, -most), most)).MoveToOuterDisposeScope();
    }

    /// <summary>(n, …): the mean of random directions, for those that keep the other class and against those that lose it.</summary>
    private Tensor Normal(Search search, PerSample asked, Tensor points, Tensor distance, int round)
    {
        using var scope = NewDisposeScope();
        var length = Lp.PerRow(Lp.Of(points - search.Clean, Norm.Linf) / 4, points);
        var (sum, votes) = (zeros_like(points), zeros_like(distance));
        var all = zeros_like(points);
        for (var direction = 0; direction < Directions; direction++)
        {
            var way = search.Uniform(round, direction).sign();
            var vote = (IsOther(search, asked, points + (way * length)).to(ScalarType.Float32) * 2) - 1;
            (sum, all, votes) = (sum + (way * Lp.PerRow(vote, way)), all + way, votes + vote);
        }

        // Without the mean vote: where nearly all agree, the few that do not are what tells.
        return (sum - (all * Lp.PerRow(votes / Directions, all))).MoveToOuterDisposeScope();
    }

    /// <summary>(n, …): points moved away from the boundary as far as the other class allows.</summary>
    private static Tensor Moved(Search search, PerSample asked, Tensor points, Tensor direction, Tensor length)
    {
        using var scope = NewDisposeScope();
        var (best, open) = (points, ones_like(length, dtype: ScalarType.Bool));
        for (var attempt = 0; attempt < Lengths; attempt++)
        {
            var tried = points + (direction * Lp.PerRow(length / (1 << attempt), points));
            tried = minimum(maximum(tried, search.Reach.BoxLow), search.Reach.BoxHigh);
            var other = IsOther(search, asked, tried).logical_and(open);
            best = where(Lp.PerRow(other, points), tried, best);
            open = open.logical_and(other.logical_not());
        }

        return best.MoveToOuterDisposeScope();
    }
}
