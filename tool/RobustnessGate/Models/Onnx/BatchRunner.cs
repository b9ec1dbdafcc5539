using RobustnessGate.Gating;
using RobustnessGate.Policies;
using TorchSharp;
using static TorchSharp.torch;

namespace RobustnessGate.Models.Onnx;

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

    /// <exception cref="MistakeException">The network cannot run even as its file intends.</exception>
    public static BatchRunner Probe(Func<Tensor, long?, Tensor> run, DeclaredShape declared, Bounds? bounds)
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        var size = declared.Batch ?? 1;
        var pair = Noise([ProbeSize, .. declared.Features], bounds ?? new Bounds(0, 1));
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

    public Tensor Forward(Tensor input) => Batching switch
    {
        Batching.Native => run(input, null),
        Batching.Patched => run(input, input.shape[0]),
        _ => InChunks(input),
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

    private static bool Agrees(Func<Tensor> together, Tensor alone)
    {
        try
        {
            using var scope = NewDisposeScope();
            var result = together();
            if (!result.shape.AsSpan().SequenceEqual(alone.shape))
            {
                return false;
            }

            var difference = (result - alone).abs().amax([.. Dimensions(alone)]).item<float>();
            var scale = alone.abs().amax([.. Dimensions(alone)]).item<float>();
            return difference <= Tolerance * Math.Max(scale, 1e-3);
        }
        catch (MistakeException)
        {
            // The network does not take this batch; the caller tries another way.
            return false;
        }
    }

    private static IEnumerable<long> Dimensions(Tensor x) => Enumerable.Range(0, (int)x.dim()).Select(i => (long)i);

    /// <summary>Uniform noise that is the same every time and leaves the engine's own generator alone.</summary>
    private static Tensor Noise(long[] shape, Bounds bounds)
    {
        var random = new Random(20261122);
        var values = new float[shape.Aggregate(1L, (a, b) => a * b)];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = (float)(bounds.Low + bounds.Range * random.NextDouble());
        }

        return tensor(values, shape);
    }
}
