using System.Runtime.InteropServices;
using RobustnessGate.Attacks.Engine;
using RobustnessGate.Kernels;
using RobustnessGate.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace RobustnessGate.Evaluation;

/// <summary>
/// The network as an evaluation uses it: rows in batches of one fixed physical size, short ones padded, because the
/// last float bits of a row may depend on how many rows go with it but must not depend on which.
/// </summary>
internal sealed class BatchedModel(Classifier classifier, int batchSize, Device device) : IQueriedModel
{
    /// <summary>Verdict batches are small: often only a few points need the second look.</summary>
    private const int DoubleBatch = 16;

    /// <summary>How libtorch's allocators say that there is no more, on the GPU and on the CPU.</summary>
    private static readonly string[] NoMemory = ["out of memory", "can't allocate memory", "not enough memory"];

    /// <summary>Proves the model's gradients at a batch size, before anything is computed at it; null to believe them.</summary>
    public Action<int>? Proof { private get; init; }

    private (int Batch, int Changes) _proved;

    public Classifier Classifier { get; } = classifier;

    public Device Device { get; } = device;

    /// <summary>Rows of a batch: as asked for, or half as many each time that the device had no room for them.</summary>
    public int BatchSize { get; private set; } = batchSize;

    /// <summary>A model whose gradients are proved when it is first asked, and again whenever its batches become smaller.</summary>
    /// <param name="rows">At most so many samples of the data, (n, …) float32 in raw input units, n ≥ 1.</param>
    public static BatchedModel ToProve(Classifier classifier, int batchSize, Device device, Func<long, Tensor> rows) =>
        new(classifier, batchSize, device) { Proof = batch => ModelProof.Require(classifier, rows(batch), batch) };

    /// <summary>
    /// Answers an exhausted memory by half the batch, for the rest of the evaluation: which rows go together changes no
    /// outcome but by the last bits of floats.
    /// </summary>
    /// <returns>Whether the work can be tried again: there was no memory, and a batch to halve.</returns>
    public bool Halve(ExternalException exception)
    {
        if (BatchSize == 1 || !NoMemory.Any(words => exception.Message.Contains(words, StringComparison.OrdinalIgnoreCase)))
        {
            return false;
        }

        BatchSize = (BatchSize + 1) / 2;
        return true;
    }

    /// <summary>Work that looks at <see cref="BatchSize"/> each time, again and again in smaller batches until it fits.</summary>
    public T Fitting<T>(Func<T> work)
    {
        while (true)
        {
            try
            {
                ProveAtSize();
                return work();
            }
            catch (ExternalException exception) when (Halve(exception))
            {
                // Again, in smaller batches.
            }
        }
    }

    /// <summary>Has gradients proved at the batch size of now, once for each size and way of computing.</summary>
    private void ProveAtSize()
    {
        if (_proved != (BatchSize, KernelSelection.Changes))
        {
            Proof?.Invoke(BatchSize);
            _proved = (BatchSize, KernelSelection.Changes);
        }
    }

    /// <summary>Has gradients proved at the batch size of now, or at the size for which there is memory.</summary>
    /// <returns>The size.</returns>
    public int Prove() => Fitting(() => BatchSize);

    /// <summary>How many answers of the network one answer here averages: more than 1 for a randomised one.</summary>
    public int Draws { get; set; } = 1;

    /// <summary>Slices of at most a batch that cover a number of rows.</summary>
    public IEnumerable<Slice> Slices(long rows) => Slices(rows, BatchSize);

    /// <summary>(n ≤ batch, …) → (batch, …): the first row again and again behind the last. The same tensor if it is full.</summary>
    public Tensor Pad(Tensor rows) => Pad(rows, BatchSize);

    /// <summary>One batch (batch, …) as it is → logits (batch, K), with a graph where it asks for gradients.</summary>
    public Tensor Forward(Tensor batch) => Classifier.Logits(batch);

    /// <summary>(n, …) float32 → logits (n, K) float32, without a graph.</summary>
    public Tensor Logits(Tensor rows) => Fitting(() => Logits(rows, BatchSize, Draws));

    /// <summary>The logits that verdicts rest on: float64 where the format allows it, else float32 again.</summary>
    /// <param name="draws">Answers that one answer averages.</param>
    /// <returns>(n, K) float64.</returns>
    public Tensor VerdictLogits(Tensor rows, int draws) => Fitting(() => Verdict(rows, draws));

    private Tensor Verdict(Tensor rows, int draws)
    {
        using var scope = NewDisposeScope();
        var logits = Classifier.Network.SupportsDouble
            ? Logits(rows.to(ScalarType.Float64), Math.Min(DoubleBatch, BatchSize), draws)
            : Logits(rows, Math.Min(DoubleBatch, BatchSize), draws).to(ScalarType.Float64);
        return logits.MoveToOuterDisposeScope();
    }

    private Tensor Logits(Tensor rows, int size, int draws)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var parts = new List<Tensor>();
        foreach (var slice in Slices(rows.shape[0], size))
        {
            using var part = NewDisposeScope();
            var batch = Pad(slice.Of(rows), size);
            var logits = Classifier.Logits(batch);
            for (var draw = 1; draw < draws; draw++)
            {
                logits = logits + Classifier.Logits(batch);
            }

            parts.Add((logits.narrow(0, 0, slice.Count) / draws).MoveToOuterDisposeScope());
        }

        return cat(parts, 0).MoveToOuterDisposeScope();
    }

    private static IEnumerable<Slice> Slices(long rows, int size)
    {
        for (var start = 0L; start < rows; start += size)
        {
            yield return new Slice(start, Math.Min(size, rows - start));
        }
    }

    private static Tensor Pad(Tensor rows, int size)
    {
        var missing = size - rows.shape[0];
        if (missing == 0)
        {
            return rows;
        }

        var shape = rows.shape;
        shape[0] = missing;
        return cat([rows, rows.narrow(0, 0, 1).expand(shape)], 0);
    }
}
