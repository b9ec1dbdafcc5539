using System.Runtime.InteropServices;
using RobustnessGate.Attacks.Engine;
using RobustnessGate.Maths;
using TorchSharp;
using static TorchSharp.torch;

namespace RobustnessGate.Attacks;

/// <summary>Proposals of Square in ℓ∞: every feature at one end of what ball and box allow, a square at a time.</summary>
internal sealed class LinfSquares(Search search, ImageLayout image) : Square.IProposal
{
    /// <summary>Vertical stripes, each of one sign a channel (Andriushchenko et al. 2020).</summary>
    /// <returns>(n, …) in raw input units.</returns>
    public Tensor First() => Change(search.Clean, 0, (ref CounterRandom random, Span<float> point, ReadOnlySpan<float> low, ReadOnlySpan<float> high) =>
    {
        for (var channel = 0; channel < image.Channels; channel++)
        {
            for (var column = 0; column < image.Width; column++)
            {
                Fill(point, random.NextInt(2) == 0 ? low : high, channel, (0, column), (image.Height, 1));
            }
        }
    });

    /// <inheritdoc/>
    public Tensor Next(Tensor best, int iteration, double area)
    {
        var square = image.Square(area);
        return Change(best, iteration, (ref CounterRandom random, Span<float> point, ReadOnlySpan<float> low, ReadOnlySpan<float> high) =>
        {
            var corner = (random.NextInt(image.Height - square.Height + 1), random.NextInt(image.Width - square.Width + 1));
            // A square of one pixel that repeats what is there would waste the query: one channel must turn.
            var turn = square is (1, 1) ? random.NextInt(image.Channels) : -1;
            for (var channel = 0; channel < image.Channels; channel++)
            {
                var up = random.NextInt(2) == 1;
                if (channel == turn)
                {
                    var at = image.At(channel, corner.Item1, corner.Item2);
                    up = point[at] < high[at];
                }

                Fill(point, up ? high : low, channel, corner, square);
            }
        });
    }

    private void Fill(Span<float> point, ReadOnlySpan<float> with, int channel, (int Row, int Column) corner, (int Height, int Width) size)
    {
        for (var row = corner.Row; row < corner.Row + size.Height; row++)
        {
            for (var column = corner.Column; column < corner.Column + size.Width; column++)
            {
                var at = image.At(channel, row, column);
                point[at] = with[at];
            }
        }
    }

    /// <summary>A copy of the points, each changed with its own sample's stream of random numbers.</summary>
    private Tensor Change(Tensor points, int step, Edit edit)
    {
        using var scope = NewDisposeScope();
        var copy = points.cpu().clone().contiguous();
        var (low, high) = (search.Reach.Low.cpu().contiguous(), search.Reach.High.cpu().contiguous());
        var values = MemoryMarshal.Cast<byte, float>(copy.bytes);
        ReadOnlySpan<float> lows = MemoryMarshal.Cast<byte, float>(low.bytes);
        ReadOnlySpan<float> highs = MemoryMarshal.Cast<byte, float>(high.bytes);
        for (var row = 0; row < points.shape[0]; row++)
        {
            var random = search.Stream(row, Square.Run0, step);
            var at = row * image.Size;
            edit(ref random, values.Slice(at, image.Size), lows.Slice(at, image.Size), highs.Slice(at, image.Size));
        }

        return copy.to(points.device).MoveToOuterDisposeScope();
    }

    private delegate void Edit(ref CounterRandom random, Span<float> point, ReadOnlySpan<float> low, ReadOnlySpan<float> high);
}
