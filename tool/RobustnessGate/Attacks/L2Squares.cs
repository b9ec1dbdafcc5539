using System.Runtime.InteropServices;
using RobustnessGate.Attacks.Engine;
using RobustnessGate.Maths;
using TorchSharp;
using static TorchSharp.torch;

namespace RobustnessGate.Attacks;

/// <summary>
/// Proposals of Square in ℓ2: the perturbation always has the full norm ε, and a step moves what one window holds,
/// with what the box has cut off, into a pyramid of mass in another (Andriushchenko et al. 2020, Algorithm 3).
/// </summary>
internal sealed class L2Squares(Search search, ImageLayout image) : Square.IProposal
{
    private const int SmallestWindow = 3;

    /// <summary>A grid of about five by five pyramids of random signs, scaled to the full norm.</summary>
    /// <returns>(n, …) in raw input units.</returns>
    public Tensor First() => Change(search.Clean, 0, (ref CounterRandom random, Span<float> perturbation) =>
    {
        var (height, width) = (Math.Max(1, image.Height / 5), Math.Max(1, image.Width / 5));
        for (var row = image.Height % height / 2; row + height <= image.Height; row += height)
        {
            for (var column = image.Width % width / 2; column + width <= image.Width; column += width)
            {
                for (var channel = 0; channel < image.Channels; channel++)
                {
                    var sign = random.NextInt(2) == 0 ? -1f : 1f;
                    var window = new Window(row, column, height, width);
                    Add(perturbation, channel, window, Pyramid(ref random, window), sign);
                }
            }
        }
    });

    /// <inheritdoc/>
    public Tensor Next(Tensor best, int iteration, double area)
    {
        var square = image.Square(area);
        var (height, width) = (Odd(square.Height, image.Height), Odd(square.Width, image.Width));
        return Change(best, iteration, (ref CounterRandom random, Span<float> perturbation) =>
        {
            var into = Draw(ref random, height, width);
            var from = Draw(ref random, height, width);
            var pyramid = Pyramid(ref random, into);
            var used = 0.0;
            foreach (var value in perturbation)
            {
                used += (double)value * value;
            }

            var spare = Math.Max((search.Reach.Radius * search.Reach.Radius) - used, 0) / image.Channels;
            for (var channel = 0; channel < image.Channels; channel++)
            {
                var sign = random.NextInt(2) == 0 ? -1f : 1f;
                var held = Math.Sqrt(Squares(perturbation, channel, into));
                // Mass of both windows, their overlap once.
                var mass = Squares(perturbation, channel, into) + Squares(perturbation, channel, from)
                    - Squares(perturbation, channel, into.Overlap(from));
                var shape = new float[pyramid.Length];
                var norm = 0.0;
                for (var i = 0; i < shape.Length; i++)
                {
                    shape[i] = (sign * pyramid[i]) + (float)(perturbation[At(channel, into, i)] / (held + 1e-12));
                    norm += (double)shape[i] * shape[i];
                }

                Clear(perturbation, channel, from);
                Clear(perturbation, channel, into);
                Add(perturbation, channel, into, shape, (float)(Math.Sqrt(spare + mass) / (Math.Sqrt(norm) + 1e-12)));
            }
        });
    }

    private static int Odd(int length, int most)
    {
        var odd = Math.Max(length, SmallestWindow) | 1;
        return odd <= most ? odd : most;
    }

    private Window Draw(ref CounterRandom random, int height, int width) =>
        new(random.NextInt(image.Height - height + 1), random.NextInt(image.Width - width + 1), height, width);

    /// <summary>Two hills side by side, of opposite signs, above or beside each other by chance, at unit ℓ2 norm together.</summary>
    internal static float[] Pyramid(ref CounterRandom random, Window window)
    {
        var beside = window.Height == 1 || (window.Width > 1 && random.NextInt(2) == 0);
        var (length, breadth) = beside ? (window.Width, window.Height) : (window.Height, window.Width);
        var values = new double[length * breadth];
        var split = length / 2;
        for (var along = 0; along < length; along++)
        {
            var (first, end, sign) = along < split ? (0, split, 1) : (split, length, -1);
            var rings = Math.Min(end - first, breadth) / 2;
            for (var across = 0; across < breadth; across++)
            {
                var ring = Math.Min(Math.Min(along - first, end - 1 - along), Math.Min(across, breadth - 1 - across));
                // Sums of 1/k² over the rings passed through: steep in the middle, as in the paper's figure.
                var height = Enumerable.Range(0, ring + 1).Sum(k => 1.0 / ((rings - k + 1.0) * (rings - k + 1.0)));
                values[beside ? (across * length) + along : (along * breadth) + across] = sign * height;
            }
        }

        var norm = Math.Sqrt(values.Sum(value => value * value));
        return [.. values.Select(value => (float)(value / norm))];
    }

    private int At(int channel, Window window, int i) =>
        image.At(channel, window.Row + (i / window.Width), window.Column + (i % window.Width));

    private void Add(Span<float> perturbation, int channel, Window window, float[] shape, float scale)
    {
        for (var i = 0; i < window.Height * window.Width; i++)
        {
            perturbation[At(channel, window, i)] += shape[i] * scale;
        }
    }

    private void Clear(Span<float> perturbation, int channel, Window window)
    {
        for (var i = 0; i < window.Height * window.Width; i++)
        {
            perturbation[At(channel, window, i)] = 0;
        }
    }

    private double Squares(Span<float> perturbation, int channel, Window window)
    {
        var sum = 0.0;
        for (var i = 0; i < window.Height * window.Width; i++)
        {
            var value = perturbation[At(channel, window, i)];
            sum += (double)value * value;
        }

        return sum;
    }

    /// <summary>Points whose perturbations were edited and brought back to the full norm.</summary>
    private Tensor Change(Tensor points, int step, Edit edit)
    {
        using var scope = NewDisposeScope();
        var perturbations = (points - search.Clean).cpu().contiguous();
        var values = MemoryMarshal.Cast<byte, float>(perturbations.bytes);
        for (var row = 0; row < points.shape[0]; row++)
        {
            var random = search.Stream(row, Square.Run0, step);
            edit(ref random, values.Slice(row * image.Size, image.Size));
        }

        var moved = perturbations.to(points.device);
        return (search.Clean + (search.Reach.Radius * Lp.SteepestAscent(moved, Maths.Norm.L2))).MoveToOuterDisposeScope();
    }

    internal readonly record struct Window(int Row, int Column, int Height, int Width)
    {
        public Window Overlap(Window other)
        {
            var (row, column) = (Math.Max(Row, other.Row), Math.Max(Column, other.Column));
            return new Window(
                row, column,
                Math.Max(0, Math.Min(Row + Height, other.Row + other.Height) - row),
                Math.Max(0, Math.Min(Column + Width, other.Column + other.Width) - column));
        }
    }

    private delegate void Edit(ref CounterRandom random, Span<float> perturbation);
}
