using RobustnessGate.Attacks.Engine;
using RobustnessGate.Maths;
using TorchSharp;
using static TorchSharp.torch;

namespace RobustnessGate.Evaluation;

/// <summary>What the model makes of the clean samples.</summary>
/// <param name="Right">Whether the true logit is greater than every other.</param>
/// <param name="Predictions">Class of the greatest logit; the first of equals.</param>
/// <param name="LeastLikely">Class of the least logit; the first of equals.</param>
/// <param name="Logits">Logits of each sample in float32.</param>
/// <param name="NearBoundary">Samples with a margin below <see cref="Margin.Near"/>.</param>
internal sealed record NaturalOutcome(bool[] Right, int[] Predictions, int[] LeastLikely, float[][] Logits, int NearBoundary)
{
    private static readonly Criterion Untargeted = new(Targeted: false);

    /// <summary>One forward pass a sample; a second look in float64 where float32 is too close to call.</summary>
    /// <param name="progress">Receives the share of samples that were looked at.</param>
    /// <exception cref="OperationCanceledException">Stopped between two batches.</exception>
    public static NaturalOutcome Of(BatchedModel model, SampleTensors samples, Action<double> progress, CancellationToken cancel)
    {
        var outcome = new NaturalOutcome(new bool[samples.Count], new int[samples.Count], new int[samples.Count], new float[samples.Count][], 0);
        var near = 0;
        foreach (var slice in model.Slices(samples.Count))
        {
            cancel.ThrowIfCancellationRequested();
            near += outcome.Fill(model, samples, slice);
            progress((double)(slice.Start + slice.Count) / samples.Count);
        }

        return outcome with { NearBoundary = near };
    }

    /// <summary>Looks at some samples.</summary>
    /// <returns>How many of them are near the boundary.</returns>
    private int Fill(BatchedModel model, SampleTensors samples, Slice slice)
    {
        using var scope = NewDisposeScope();
        var positions = Enumerable.Range((int)slice.Start, (int)slice.Count).ToArray();
        var rows = samples.Load(positions);
        var classes = tensor(positions.Select(i => (long)samples.Labels[i]).ToArray(), device: model.Device);
        var logits = model.Logits(rows);
        var margins = Untargeted.Margins(logits, classes).cpu().data<float>().ToArray();
        var scales = logits.abs().amax(1).cpu().data<float>().ToArray();
        var greatest = logits.argmax(1).cpu().data<long>().ToArray();
        var least = logits.argmin(1).cpu().data<long>().ToArray();
        var values = logits.cpu().data<float>().ToArray();
        var classCount = values.Length / positions.Length;
        for (var i = 0; i < positions.Length; i++)
        {
            Logits[positions[i]] = values[(i * classCount)..((i + 1) * classCount)];
            Right[positions[i]] = !Untargeted.IsAdversarial(margins[i]);
            Predictions[positions[i]] = (int)greatest[i];
            LeastLikely[positions[i]] = (int)least[i];
        }

        // A second look at too many costs little: logits can be small because great numbers cancelled.
        var close = Enumerable.Range(0, positions.Length)
            .Where(i => Criterion.IsUncertain(margins[i], Criterion.Tolerance(1 + scales[i]))).ToArray();
        if (close.Length > 0)
        {
            var index = tensor(close.Select(i => (long)i).ToArray(), device: model.Device);
            var exact = model.VerdictLogits(rows.index_select(0, index), model.Draws);
            LookAgain(exact, classes.index_select(0, index), [.. close.Select(i => positions[i])]);
        }

        return margins.Count(margin => !(Math.Abs(margin) >= Margin.Near));
    }

    /// <summary>The verdict in float64 on samples that float32 could not tell.</summary>
    /// <param name="logits">(n, K) float64.</param>
    /// <param name="classes">(n) int64.</param>
    private void LookAgain(Tensor logits, Tensor classes, int[] positions)
    {
        var margins = Untargeted.Margins(logits, classes).cpu().data<double>().ToArray();
        var greatest = logits.argmax(1).cpu().data<long>().ToArray();
        for (var i = 0; i < positions.Length; i++)
        {
            Right[positions[i]] = !Untargeted.IsAdversarial(margins[i]);
            Predictions[positions[i]] = (int)greatest[i];
        }
    }
}
