using RobustnessGate.Diagnostics;
using RobustnessGate.Maths;
using TorchSharp;
using static TorchSharp.torch;

namespace RobustnessGate.Models;

/// <summary>
/// Sends batches of any size through a network that may be made for one size alone. How that is possible is found out
/// by experiment: two different inputs together must give what each gives alone.
/// </summary>
/// <param name="run">One pass; the second argument is the batch that constant shapes should follow, or null to leave them.</param>
/// <param name="size">The physical batch size of <see cref="Batching.Chunks"/>.</param>
internal sealed class BatchRunner(Func<Tensor, long?, Tensor> run, Batching batching, long size, long[] outputShape)
{
    /// <summary>Inputs in the probe.</summary>
    public const int ProbeSize = 2;

    /// <summary>Relative to the greatest output: far above rounding, far below what a mixed-up batch gives.</summary>
    private const double Tolerance = 1e-4;

    public Batching Batching { get; } = batching;

    /// <summary>Of the probe.</summary>
    public long[] OutputShape { get; } = outputShape;

    /// <summary>Finds out how a network can be sent batches.</summary>
    /// <param name="run">Inputs (n, …features) and the batch that constant shapes should follow → outputs.</param>
    /// <param name="fixedBatch">The batch size that the file fixes; null where it fixes none.</param>
    /// <param name="features">Shape of one input.</param>
    /// <exception cref="MistakeException">The network cannot run even as its file intends.</exception>
    public static BatchRunner Probe(Func<Tensor, long?, Tensor> run, long? fixedBatch, long[] features, Bounds? bounds)
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        var size = fixedBatch ?? 1;
        var pair = Noise(features, bounds);
        var chunks = new BatchRunner(run, Batching.Chunks, size, []);
        var alone = chunks.Forward(pair);
        foreach (var (batching, batch) in new[] { (Batching.Native, (long?)null), (Batching.Patched, (long?)ProbeSize) })
        {
            if (Agrees(() => run(pair, batch), alone))
            {
                return new BatchRunner(run, batching, size, alone.shape);
            }
        }

        return new BatchRunner(run, Batching.Chunks, size, alone.shape);
    }

    /// <summary>Inputs (n, …features) → outputs with n rows, whatever batch the network is made for.</summary>
    public Tensor Forward(Tensor input) => Batching switch
    {
        Batching.Native => run(input, null),
        Batching.Patched => run(input, input.shape[0]),
        Batching.Chunks => InChunks(input),
        _ => throw new InvalidOperationException($"no way of batching is called {Batching}"),
    };

    /// <summary>Pieces of the size that the file fixes; the last one is filled up with its own last input.</summary>
    private Tensor InChunks(Tensor input)
    {
        using var scope = NewDisposeScope();
        var count = input.shape[0];
        var results = new List<Tensor>();
        for (var start = 0L; start < count; start += size)
        {
            var there = Math.Min(size, count - start);
            var piece = input.narrow(0, start, there);
            if (there < size)
            {
                piece = cat([piece, piece.narrow(0, there - 1, 1).expand([size - there, .. input.shape[1..]])], 0);
            }

            var result = run(piece, null);
            results.Add(result.dim() > 0 && result.shape[0] == size ? result.narrow(0, 0, there) : result.unsqueeze(0));
        }

        return cat(results, 0).MoveToOuterDisposeScope();
    }

    /// <summary>Whether two float32 outputs of any shape are the same up to rounding; never where one is not a number.</summary>
    public static bool Same(Tensor left, Tensor right)
    {
        if (!left.shape.AsSpan().SequenceEqual(right.shape))
        {
            return false;
        }

        if (left.numel() == 0)
        {
            return true;
        }

        using var scope = NewDisposeScope();
        var difference = (left - right).abs().max().item<float>();
        var scale = right.abs().max().item<float>();
        return difference <= Tolerance * Math.Max(scale, 1e-3);
    }

    /// <summary><see cref="ProbeSize"/> inputs of uniform noise that is the same every time and leaves the engine's own generator alone.</summary>
    /// <returns>(2, …features) float32 within the bounds.</returns>
    public static Tensor Noise(long[] features, Bounds? bounds)
    {
        var range = bounds ?? new Bounds(0, 1);
        var random = new Random(20261122);
        long[] shape = [ProbeSize, .. features];
        var values = new float[shape.Aggregate(1L, (a, b) => a * b)];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = (float)(range.Low + (range.Range * random.NextDouble()));
        }

        return tensor(values, shape);
    }

    /// <summary>Whether a network answers several inputs at once in the expected shape, with finite numbers, rightly or not.</summary>
    public static bool TakesPairs(Func<Tensor, Tensor> run, Tensor pair, long[] shape)
    {
        try
        {
            using var scope = NewDisposeScope();
            var together = run(pair);
            return together.shape.AsSpan().SequenceEqual(shape) && together.isfinite().all().item<bool>();
        }
        catch (MistakeException)
        {
            // The network is made for single inputs; the runner sends it single ones.
            return false;
        }
    }

    private static bool Agrees(Func<Tensor> together, Tensor alone)
    {
        try
        {
            using var scope = NewDisposeScope();
            return Same(together(), alone);
        }
        catch (MistakeException)
        {
            // The network does not take this batch; the caller tries another way.
            return false;
        }
    }
}
