using RobustnessGate.Attacks.Engine;
using RobustnessGate.Maths;
using TorchSharp;
using static TorchSharp.torch;

namespace RobustnessGate.Attacks;

/// <summary>
/// Random search with squares that shrink: no gradient is asked for, so none can be masked
/// (Andriushchenko et al. 2020, "Square Attack", Algorithms 1 to 3). Inputs that are no images are searched in runs of
/// consecutive features. Unlike the published code every sample has squares of its own, the last row and column can be
/// reached, and a square never repeats what is already there.
/// </summary>
/// <param name="Iterations">Most queries for each sample.</param>
/// <param name="Area">Share of the image that the first squares cover.</param>
public sealed record Square(
    [property: AtLeast(1), Effort] int Iterations = 5000, [property: Between(0.0001, 1)] double Area = 0.8) : Attack
{
    /// <summary>Names the noise apart from that of an ensemble's other members.</summary>
    internal const int Run0 = 1000;

    /// <summary>After these iterations the squares' area halves; the last halving is at 8,000.</summary>
    private static readonly int[] Halvings = [10, 50, 200, 500, 1000, 2000, 4000, 6000, 8000];

    public override string Name => "square";

    public override IReadOnlyList<Norm> Norms => [Norm.Linf, Norm.L2];

    public override int Queries => Iterations + 1;

    public override void Run(Search search)
    {
        using var scope = NewDisposeScope();
        var image = ImageLayout.Of(search.Clean.shape.AsSpan(1), search.ChannelsLast);
        IProposal proposal = search.Reach.Norm == Norm.Linf ? new LinfSquares(search, image) : new L2Squares(search, image);
        using var best = search.Track(search.Clean.clone());
        using var candidate = search.Track(proposal.First());
        using var bestLoss = search.Track(full(best.Value.shape[0], double.NegativeInfinity, device: best.Value.device));
        for (var iteration = 0; iteration <= Iterations && search.Any; iteration++)
        {
            using var step = NewDisposeScope();
            if (iteration > 0)
            {
                candidate.Value = proposal.Next(best.Value, iteration, Area / (1 << Halvings.Count(halving => iteration > halving)));
            }

            var loss = search.Observe(candidate, [search.Towards(Losses.NegativeMargin)], gradients: false).Loss;
            var better = loss.gt(bestLoss.Value);
            best.Value = where(Lp.PerRow(better, best.Value), candidate.Value, best.Value);
            bestLoss.Value = where(better, loss, bestLoss.Value);
        }

        if (search.Any)
        {
            search.Conclude(best);
        }
    }

    /// <summary>Where the next points are looked for.</summary>
    internal interface IProposal
    {
        /// <summary>(n, …): a first point for each robust sample.</summary>
        Tensor First();

        /// <summary>(n, …): the best points, changed in one square.</summary>
        /// <param name="best">(n, …).</param>
        /// <param name="iteration">Names the noise.</param>
        /// <param name="area">Share of the image that a square covers.</param>
        Tensor Next(Tensor best, int iteration, double area);
    }
}

/// <summary>How the features of an input lie as an image. Other inputs are images one pixel high.</summary>
internal sealed record ImageLayout(int Channels, int Height, int Width, int ChannelStride, int RowStride, int ColumnStride)
{
    private const int MostChannelsLast = 4;

    public int Size => Channels * Height * Width;

    public int At(int channel, int row, int column) => (channel * ChannelStride) + (row * RowStride) + (column * ColumnStride);

    /// <param name="shape">Of one input, without the batch dimension.</param>
    /// <param name="channelsLast">Whether the policy says so; a shape that leaves no doubt counts too.</param>
    public static ImageLayout Of(ReadOnlySpan<long> shape, bool channelsLast)
    {
        var size = 1;
        foreach (var length in shape)
        {
            size *= (int)length;
        }

        return shape switch
        {
            [var h, var w, var c] when channelsLast || (c <= MostChannelsLast && h > MostChannelsLast) =>
                new((int)c, (int)h, (int)w, 1, (int)(w * c), (int)c),
            [var c, var h, var w] => new((int)c, (int)h, (int)w, (int)(h * w), (int)w, 1),
            [var h, var w] => new(1, (int)h, (int)w, 0, (int)w, 1),
            _ => new(1, 1, size, 0, size, 1),
        };
    }

    /// <summary>Height and width of a square of this share of the image; a strip where the image is too flat for one.</summary>
    public (int Height, int Width) Square(double area)
    {
        var pixels = area * Height * Width;
        var side = (int)Math.Round(Math.Sqrt(pixels));
        var height = Math.Clamp(side, 1, Height);
        var width = Math.Clamp(side == height ? side : (int)Math.Round(pixels / height), 1, Width);
        return (height, width);
    }
}
