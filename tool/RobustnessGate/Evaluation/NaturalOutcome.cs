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
    /// <summary>Positions of the first samples that are classified rightly.</summary>
    public int[] FirstRight(int most) => [.. Enumerable.Range(0, Right.Length).Where(i => Right[i]).Take(most)];

    /// <summary>One forward pass a sample; a second look in float64 where float32 is too close to call.</summary>
    public static NaturalOutcome Of(BatchedModel model, SampleTensors samples, Action<double> progress, CancellationToken cancel)
    {
        var right = new bool[samples.Count];
        var predictions = new int[samples.Count];
        var leastLikely = new int[samples.Count];
        var all = new float[samples.Count][];
        var near = 0;
        var criterion = new Criterion(Targeted: false);
        foreach (var slice in model.Slices(samples.Count))
        {
            cancel.ThrowIfCancellationRequested();
            using var scope = NewDisposeScope();
            var positions = Enumerable.Range((int)slice.Start, (int)slice.Count).ToArray();
            var rows = samples.Load(positions);
            var classes = tensor(positions.Select(i => (long)samples.Labels[i]).ToArray(), device: model.Device);
            var logits = model.Logits(rows);
            var margins = criterion.Margins(logits, classes).cpu().data<float>().ToArray();
            var scales = logits.abs().amax(1).cpu().data<float>().ToArray();
            var greatest = logits.argmax(1).cpu().data<long>().ToArray();
            var least = logits.argmin(1).cpu().data<long>().ToArray();
            var values = logits.cpu().data<float>().ToArray();
            var classCount = values.Length / positions.Length;
            for (var i = 0; i < positions.Length; i++)
            {
                all[positions[i]] = values[(i * classCount)..((i + 1) * classCount)];
                right[positions[i]] = !criterion.IsAdversarial(margins[i]);
                near += Math.Abs(margins[i]) >= Margin.Near ? 0 : 1;
                predictions[positions[i]] = (int)greatest[i];
                leastLikely[positions[i]] = (int)least[i];
            }

            // A second look at too many costs little: logits can be small because great numbers cancelled.
            var close = Enumerable.Range(0, positions.Length)
                .Where(i => Criterion.IsUncertain(margins[i], Criterion.Tolerance(1 + scales[i]))).ToArray();
            if (close.Length > 0)
            {
                var index = tensor(close.Select(i => (long)i).ToArray(), device: model.Device);
                var exact = model.VerdictLogits(rows.index_select(0, index), model.Draws);
                var verdicts = criterion.Margins(exact, classes.index_select(0, index)).cpu().data<double>().ToArray();
                var classesThere = exact.argmax(1).cpu().data<long>().ToArray();
                for (var i = 0; i < close.Length; i++)
                {
                    right[positions[close[i]]] = !criterion.IsAdversarial(verdicts[i]);
                    predictions[positions[close[i]]] = (int)classesThere[i];
                }
            }

            progress((double)(slice.Start + slice.Count) / samples.Count);
        }

        return new NaturalOutcome(right, predictions, leastLikely, all, near);
    }
}
