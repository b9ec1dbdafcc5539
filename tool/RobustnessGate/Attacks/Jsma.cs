using System.Runtime.InteropServices;
using RobustnessGate.Attacks.Engine;
using RobustnessGate.Maths;
using TorchSharp;
using static TorchSharp.torch;

namespace RobustnessGate.Attacks;

/// <summary>
/// The Jacobian-based saliency map attack: changes the pair of features that most raises the target's logit and lowers
/// the others', until the class changes (Papernot et al. 2016, "The limitations of deep learning in adversarial
/// settings", Algorithms 2 and 3). Without a target it aims at one likely wrong class after the other.
/// </summary>
/// <param name="Theta">θ: how far each feature of a pair is moved, in widths of the box; less than 0 to lower them.</param>
/// <param name="Gamma">Υ: greatest share of the features that may be changed.</param>
/// <param name="Targets">How many classes are aimed at, in the order of the clean logits, while none is reached.</param>
public sealed record Jsma(
    [property: Between(-1, 1)] double Theta = 1, [property: Between(0, 1)] double Gamma = 0.1,
    [property: AtLeast(1), Effort] int Targets = 9) : Attack
{
    public override string Name => "jsma";

    public override IReadOnlyList<Norm> Norms => [Norm.L0];

    public override bool MinimalNorm => true;

    public override bool StopsAtFirst => true;

    /// <summary>One for each pair; how many pairs there are is up to the input, so progress reckons with a thousand.</summary>
    public override int Queries => Targets * 1000;

    public override void Run(Search search)
    {
        using var rivals = new Rivals(search, search.Targeted ? 1 : Targets);
        using var points = search.AtSamples();
        using var rank = search.Track(zeros(points.Value.shape[0], dtype: ScalarType.Int64, device: points.Value.device));
        using var pairs = search.Track(zeros(points.Value.shape[0], dtype: ScalarType.Int64, device: points.Value.device));
        var features = points.Value.numel() / Math.Max(1, points.Value.shape[0]);
        var most = Math.Max(1, (long)(Gamma * features / 2));
        while (search.Any)
        {
            using var scope = NewDisposeScope();
            Func<Tensor> aim = () => search.Targeted ? search.Classes : rivals.Chosen;
            var seen = search.Observe(points, [Logit(aim), OtherLogits(aim)], bounded: false);
            if (!search.Any)
            {
                break;
            }

            var (step, found) = Step(search, points.Value, seen);
            points.Value = points.Value + step;
            pairs.Value = pairs.Value + 1;
            var exhausted = found.logical_and(pairs.Value.le(most)).logical_not();
            rank.Value = rank.Value + exhausted.to(ScalarType.Int64);
            pairs.Value = pairs.Value.masked_fill(exhausted, 0);
            points.Value = where(Maths.Lp.PerRow(exhausted, points.Value), search.Clean, points.Value);
            search.Retire(rank.Value.ge(rivals.Count));
            rivals.Choose(rank.Value);
        }
    }

    /// <summary>Z_t.</summary>
    private static Objective Logit(Func<Tensor> target) => (logits, slice) =>
    {
        using var scope = NewDisposeScope();
        return logits.gather(1, slice.Of(target()).unsqueeze(1)).squeeze(1).MoveToOuterDisposeScope();
    };

    /// <summary>Σ_{i≠t} Z_i.</summary>
    private static Objective OtherLogits(Func<Tensor> target) => (logits, slice) =>
    {
        using var scope = NewDisposeScope();
        return (logits.sum(1) - logits.gather(1, slice.Of(target()).unsqueeze(1)).squeeze(1)).MoveToOuterDisposeScope();
    };

    /// <summary>(n, …) the change of the best pair of each sample, and (n) whether there was one.</summary>
    private (Tensor Step, Tensor Found) Step(Search search, Tensor points, QueryResult seen)
    {
        using var scope = NewDisposeScope();
        var sign = Math.Sign(Theta);
        // A feature at its bound has no say any more. NaN leaves the domain by itself.
        var movable = sign > 0 ? points.lt(search.Reach.BoxHigh) : points.gt(search.Reach.BoxLow);
        var rises = where(movable, sign * seen.Gradients[0], full_like(points, double.NaN)).cpu().contiguous();
        var falls = (sign * seen.Gradients[1]).neg().cpu().contiguous();
        var n = (int)points.shape[0];
        var size = (int)(points.numel() / n);
        var (indexes, found) = (new long[2 * n], new bool[n]);
        for (var row = 0; row < n; row++)
        {
            var pair = SaliencyPair.Best(
                MemoryMarshal.Cast<byte, float>(rises.bytes).Slice(row * size, size),
                MemoryMarshal.Cast<byte, float>(falls.bytes).Slice(row * size, size));
            found[row] = pair is not null;
            (indexes[2 * row], indexes[(2 * row) + 1]) = pair ?? (0, 0);
        }

        var index = tensor(indexes, device: points.device).reshape(n, 2);
        var exists = tensor(found, device: points.device);
        var length = (InputWidth.OfFeatures(search).flatten(1).gather(1, index) * Theta).masked_fill(exists.logical_not().unsqueeze(1), 0);
        var step = zeros_like(points).flatten(1).scatter(1, index, length).reshape(points.shape);
        return (step.MoveToOuterDisposeScope(), exists.MoveToOuterDisposeScope());
    }
}
