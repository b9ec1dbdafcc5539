using RobustnessGate.Attacks.Engine;
using RobustnessGate.Facts;
using RobustnessGate.Maths;
using RobustnessGate.Policies;
using TorchSharp;
using static TorchSharp.torch;

namespace RobustnessGate.Evaluation;

/// <summary>Searches around samples in waves that fit into memory, and takes the verdict on what each wave found.</summary>
internal sealed class AttackWaves(
    BatchedModel model, SampleTensors samples, NaturalOutcome natural, long seed, Action<Progress> progress, CancellationToken cancel)
{
    /// <summary>Samples searched together: many batches, so that those who are broken leave few half-empty ones behind.</summary>
    private const int MostTogether = 1024;

    /// <summary>Memory that one wave's state may take, with about a dozen tensors as large as its samples.</summary>
    private const long WaveBytes = 1L << 29;

    /// <summary>
    /// How far past the boundary float32 must see a point before its search ends. Where the verdict then disagrees,
    /// the sample is searched again with the next; with the last no search ends early.
    /// </summary>
    private static readonly double[] Slacks = [Criterion.Slack, 1e-3, double.PositiveInfinity];

    /// <summary>Searches around every sample that is robust so far.</summary>
    /// <param name="classes">Of each sample: the class to leave, or the one to reach.</param>
    /// <param name="outcome">What is known of each sample; changed as more becomes known.</param>
    /// <param name="purpose">Names the streams of noise: a probe that drew what the policy's attack drew would start where that one did.</param>
    public void Search(AttackRun run, long[] classes, AttackOutcome outcome, string? purpose = null)
    {
        var searched = Enumerable.Range(0, samples.Count).Where(i => outcome.Robust[i]).ToArray();
        var waves = searched.Chunk(WaveSize()).ToArray();
        for (var wave = 0; wave < waves.Length; wave++)
        {
            var remaining = waves[wave];
            foreach (var slack in Slacks)
            {
                remaining = SearchWave(run, classes, outcome, remaining, slack, purpose ?? run.Entry.Attack.Name, (wave, waves.Length));
            }

            // With the last slack nothing but NaN ends a search. A model that gives no answer in the precision that it
            // runs in is not robust there, whatever float64 says.
            foreach (var sample in remaining)
            {
                outcome.Robust[sample] = false;
            }
        }

        progress(Progress(run, 1, outcome));
    }

    /// <summary>Searches around some samples and takes the verdict.</summary>
    /// <returns>Those for whom the search ended too early: float32 said that they were broken, the verdict that they are robust.</returns>
    private int[] SearchWave(
        AttackRun run, long[] classes, AttackOutcome outcome, int[] searched, double slack, string purpose, (int Done, int All) waves)
    {
        if (searched.Length == 0)
        {
            return [];
        }

        using var scope = NewDisposeScope();
        var batch = Batch(run, classes, searched, purpose);
        var minimalNorm = run.Entry.Attack.MinimalNorm;
        var draws = run.Entry.Eot ?? model.Draws;
        var bestPoints = new BestPoints(
            searched.Length, slack, keepAll: outcome.File is not null && !minimalNorm, nearest: minimalNorm,
            run.Entry.Attack.StopsAtFirst, Quantization.Room(samples.Input.BoundsOfAll, run.Entry.Quantize, run.Entry.Norm));
        using var search = new Search(
            model, batch, bestPoints, run.Entry.Norm, minimalNorm ? Limit.None : Limit.Of(run.Epsilon), run.Entry.Judge,
            current => progress(Progress(
                run, (waves.Done + Math.Min(1.0, (double)current.Queries / run.Entry.Attack.Queries)) / waves.All, outcome, searched.Length, current)),
            cancel, draws);
        run.Entry.Attack.Run(search);
        outcome.Forwards += search.Forwards;
        outcome.Backwards += search.Backwards;
        return Decide(batch, bestPoints, searched, outcome, draws);
    }

    private SearchBatch Batch(AttackRun run, long[] classes, int[] searched, string purpose)
    {
        var (low, high) = samples.Box(searched, run.Epsilon.IsBox);
        return new(
            samples.Load(searched), low, high,
            tensor(searched.Select(i => classes[i]).ToArray(), device: model.Device),
            run.Entry.Target is not Target.None, samples.Matrix(searched, natural.Logits), [.. searched.Select(samples.Id)], seed, purpose)
        {
            ChannelsLast = samples.Input.Layout == ChannelLayout.ChannelsLast,
            Quantization = run.Entry.Quantize is { } bits ? Quantization.Of(samples.Input.BoundsOfAll, samples.Input.Shape, bits, model.Device) : null,
        };
    }

    /// <summary>Runs the network on the points that were kept, in float64 where it can, and takes the verdict.</summary>
    /// <returns>As <see cref="SearchWave"/>.</returns>
    private int[] Decide(SearchBatch batch, BestPoints bestPoints, int[] searched, AttackOutcome outcome, int draws)
    {
        var asked = Enumerable.Range(0, searched.Length).Where(bestPoints.NeedsVerdict).ToArray();
        var again = new List<int>();
        foreach (var some in asked.Chunk(model.BatchSize))
        {
            var verdicts = Verdicts(batch, bestPoints, some, draws);
            outcome.Forwards += (long)some.Length * draws;
            foreach (var (position, (margin, prediction)) in some.Zip(verdicts))
            {
                var sample = searched[position];
                outcome.SetNear(sample, !(Math.Abs(margin) >= Margin.Near));
                if (batch.Criterion.IsAdversarial(margin))
                {
                    outcome.Robust[sample] = false;
                    outcome.Predictions[sample] = prediction;
                    outcome.Points[sample] = bestPoints.Point(position);
                }
                else if (bestPoints.Dropped(position))
                {
                    again.Add(sample);
                    outcome.Points[sample] = bestPoints.Point(position);
                }
            }
        }

        for (var position = 0; position < searched.Length; position++)
        {
            if (outcome.File is not null && bestPoints.Point(position) is { } point)
            {
                outcome.File.Write(searched[position], point);
            }
        }

        return [.. again];
    }

    /// <summary>What the verdict's logits say of some kept points.</summary>
    private (double Margin, int Prediction)[] Verdicts(SearchBatch batch, BestPoints bestPoints, int[] some, int draws)
    {
        using var scope = NewDisposeScope();
        var points = samples.Stack([.. some.Select(position => bestPoints.Point(position)!)]);
        var logits = model.VerdictLogits(points, draws);
        var classes = batch.Classes.index_select(0, tensor(some.Select(i => (long)i).ToArray(), device: model.Device));
        var margins = batch.Criterion.Margins(logits, classes).cpu().data<double>().ToArray();
        var predictions = logits.argmax(1).cpu().data<long>().ToArray();
        return [.. margins.Zip(predictions, (margin, prediction) => (margin, (int)prediction))];
    }

    private int WaveSize()
    {
        var rowBytes = 12L * sizeof(float) * samples.Shape.Aggregate(1L, (a, b) => a * b);
        return (int)Math.Clamp(WaveBytes / rowBytes, model.BatchSize, Math.Max(model.BatchSize, MostTogether));
    }

    private Progress Progress(AttackRun run, double done, AttackOutcome outcome, int searched = 0, Search? search = null) => new(
        run.Id, done, outcome.Robust.Count(robust => robust) - (search is null ? 0 : searched - search.Robust.Length), samples.Count,
        outcome.Forwards + (search?.Forwards ?? 0), outcome.Backwards + (search?.Backwards ?? 0));
}
