using System.Runtime.InteropServices;
using RobustnessGate.Evaluation;
using RobustnessGate.Maths;
using TorchSharp;
using static TorchSharp.torch;

namespace RobustnessGate.Attacks;

/// <summary>
/// Proposals of Square in ℓ2: the perturbation always has the full norm ε, and a step moves what one window holds,
/// with what the box has cut off, into a pyramid of mass in another (Andriushchenko et al. 2020, Algorithm 3).
/// </summary>
internal sealed class L2Squares(Pursuit pursuit, ImageLayout image) : Square.IProposal
{
    private const int SmallestWindow = 3;

    /// <summary>A grid of about five by five pyramids of random signs.</summary>
    public Tensor First() => Change(pursuit.Clean, 0, (ref CounterRandom random, Span<float> perturbation) =>
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
                    Add(perturbation, channel, window, Pyramid(window), sign);
                }
            }
        }
    });

    public Tensor Next(Tensor best, int iteration, double area)
    {
        var square = image.Square(area);
        var (height, width) = (Odd(square.Height, image.Height), Odd(square.Width, image.Width));
        return Change(best, iteration, (ref CounterRandom random, Span<float> perturbation) =>
        {
            var into = Draw(ref random, height, width);
            var from = Draw(ref random, height, width);
            var pyramid = Pyramid(into);
            var used = 0.0;
            foreach (var value in perturbation)
            {
                used += (double)value * value;
            }

            var spare = Math.Max((pursuit.Epsilon * pursuit.Epsilon) - used, 0) / image.Channels;
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

    /// <summary>Mass that falls off from the middle, of both signs along the longer side, at unit ℓ2 norm.</summary>
    private static float[] Pyramid(Window window)
    {
        var values = new double[window.Height * window.Width];
        var split = window.Height > 1 ? window.Height / 2 : 0;
        for (var row = 0; row < window.Height; row++)
        {
            for (var column = 0; column < window.Width; column++)
            {
                var upper = row < split || window.Height == 1;
                var (first, length) = upper ? (0, Math.Max(split, 1)) : (split, window.Height - split);
                var ring = Math.Min(
                    Math.Min(row - first, first + length - 1 - row), Math.Min(column, window.Width - 1 - column));
                // Sums of 1/k² over the rings passed through: steep in the middle, as in the paper's figure.
                var rings = Math.Min(length, window.Width) / 2;
                for (var k = 0; k <= ring; k++)
                {
                    values[(row * window.Width) + column] += 1.0 / ((rings - k + 1.0) * (rings - k + 1.0));
                }

                if (!upper)
                {
                    values[(row * window.Width) + column] *= -1;
                }
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
        var perturbations = (points - pursuit.Clean).cpu().contiguous();
        var values = MemoryMarshal.Cast<byte, float>(perturbations.bytes);
        for (var row = 0; row < points.shape[0]; row++)
        {
            var random = pursuit.Stream(row, Square.Run0, step);
            edit(ref random, values.Slice(row * image.Size, image.Size));
        }

        var moved = perturbations.to(points.device);
        return (pursuit.Clean + (pursuit.Epsilon * Lp.SteepestAscent(moved, Policies.Norm.L2))).MoveToOuterDisposeScope();
    }

    private readonly record struct Window(int Row, int Column, int Height, int Width)
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
