using System.Collections.Immutable;
using RobustnessGate.Attacks.Engine;
using RobustnessGate.Diagnostics;
using RobustnessGate.Facts;
using RobustnessGate.Maths;
using RobustnessGate.Policies;
using TorchSharp;
using static TorchSharp.torch;

namespace RobustnessGate.Evaluation;

/// <summary>Runs the attacks of a policy: who is searched, in which waves, and the verdict on what was found.</summary>
internal sealed class AttackRunner(
    BatchedModel model, SampleTensors samples, NaturalOutcome natural, long seed, string? adversarialDirectory,
    Action<Progress> progress, CancellationToken cancel, BrokenExampleKeeper? brokenExamples = null)
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

    /// <summary>Of the logits' magnitude: no rounding moves a margin by as much.</summary>
    private const double BeyondRounding = 1e-2;

    private readonly Dictionary<string, int[]> _unmoved = [];

    private readonly Dictionary<string, int[]> _disagreeing = [];

    /// <summary>One fact for each radius of the entry, in the entry's order.</summary>
    public ImmutableArray<AttackFact> Run(AttackEntry entry)
    {
        var classes = Classes(entry.Target);
        if (entry.Attack.MinimalNorm)
        {
            return RunOnce(entry, classes);
        }

        var facts = new Dictionary<string, AttackFact>();
        Outcome? smaller = null;
        foreach (var run in entry.Runs.OrderBy(run => run.Epsilon.Value))
        {
            // A point found at a smaller radius lies within a greater one too, but in no box.
            var known = entry.KeepsPoints && !run.Epsilon.IsBox ? smaller : null;
            var outcome = Start(run, classes, known, OpenFile(run));
            using (outcome.File)
            {
                Search(run, classes, outcome);
            }

            brokenExamples?.See(run, sample => outcome.Robust[sample] ? null : outcome.Points[sample]);
            facts[run.Id] = Fact(run, outcome);
            smaller = run.Epsilon.IsBox ? smaller : outcome;
        }

        return [.. entry.Runs.Select(run => facts[run.Id])];
    }

    /// <summary>Searches around some samples at the entry's one radius, outside the results.</summary>
    /// <param name="entry">An attack within a radius.</param>
    /// <param name="searched">Positions of rightly classified samples.</param>
    /// <returns>For each sample whether it is robust, and the point judged or the lowest one met.</returns>
    public (bool[] Robust, float[]?[] Points) Probe(AttackEntry entry, int[] searched)
    {
        var run = entry.Runs.First();
        var outcome = Start(run, Classes(entry.Target), null, file: null);
        outcome.KeepsLowest = true;
        for (var i = 0; i < outcome.Robust.Length; i++)
        {
            outcome.Robust[i] &= searched.Contains(i);
        }

        Search(run, Classes(entry.Target), outcome, "probe");
        return (outcome.Robust, outcome.Points);
    }

    /// <summary>Samples of each run that the attack left robust without ever having looked at another point than the sample.</summary>
    public IReadOnlyDictionary<string, int[]> Unmoved => _unmoved;

    /// <summary>Samples of each run that float32 saw broken and float64 saw far from it.</summary>
    public IReadOnlyDictionary<string, int[]> Disagreeing => _disagreeing;

    /// <summary>
    /// A search for the nearest point runs once for all balls and once for the box; every radius reads its answer off the
    /// distances.
    /// </summary>
    private ImmutableArray<AttackFact> RunOnce(AttackEntry entry, long[] classes)
    {
        var facts = new Dictionary<string, AttackFact>();
        foreach (var runs in entry.Runs.GroupBy(run => run.Epsilon.IsBox))
        {
            var found = Start(runs.First(), classes, null, file: null);
            var wasRobust = found.Robust.ToArray();
            Search(runs.First(), classes, found);
            ImmutableArray<double?> distances =
            [
                .. Enumerable.Range(0, samples.Count).Select(i => !wasRobust[i] ? 0
                    : !found.Robust[i] && found.Points[i] is { } point ? Distance.Between(samples.Read(i), point, entry.Norm)
                    : (double?)null),
            ];

            // The search belongs to no radius in particular: the first one pays, the others read.
            var (forwards, backwards) = (found.Forwards, found.Backwards);
            foreach (var run in runs)
            {
                var outcome = Start(run, classes, null, OpenFile(run));
                using (outcome.File)
                {
                    Read(run, found, wasRobust, distances, outcome);
                }

                brokenExamples?.See(run, sample => outcome.Robust[sample] ? null : found.Points[sample]);

                (outcome.Forwards, outcome.Backwards) = (forwards, backwards);
                (forwards, backwards) = (0, 0);
                facts[run.Id] = Fact(run, outcome) with { Distances = distances };
            }
        }

        return [.. entry.Runs.Select(run => facts[run.Id])];
    }

    /// <summary>Which samples are broken within one radius, by the nearest points found.</summary>
    private void Read(AttackRun run, Outcome found, bool[] wasRobust, ImmutableArray<double?> distances, Outcome outcome)
    {
        var farthest = Limit.Of(run.Epsilon).Farthest(Quantization.Room(samples.Input.BoundsOfAll, run.Entry.Quantize, run.Entry.Norm));
        for (var i = 0; i < wasRobust.Length; i++)
        {
            if (wasRobust[i] && distances[i] <= farthest)
            {
                outcome.Robust[i] = false;
                outcome.Predictions[i] = found.Predictions[i];
                outcome.File?.Write(i, found.Points[i]!);
            }
        }
    }

    private AdversarialFile? OpenFile(AttackRun run) => adversarialDirectory is null
        ? null
        : new AdversarialFile(Path.Combine(adversarialDirectory, $"{run.Id}.npy"), samples.Count, samples.Shape);

    /// <summary>Makes sure that targets are classes of the model.</summary>
    /// <param name="targets">Of the first samples, or of all.</param>
    /// <param name="number">What people call the sample at a position.</param>
    /// <exception cref="MistakeException">RG0323.</exception>
    internal static void RequireClasses(long[] targets, int classes, Func<int, int> number)
    {
        var wrong = Array.FindIndex(targets, target => target < 0 || target >= classes);
        if (wrong >= 0)
        {
            throw new MistakeException(ExitCode.InvalidInput, new Finding("RG0323", Severity.Error, null, FormattableString.Invariant(
                $"the target of sample {number(wrong)} is class {targets[wrong]}, but the model has {classes} classes, numbered 0 to {classes - 1}.")));
        }
    }

    /// <summary>The class that each sample must leave or reach.</summary>
    /// <exception cref="MistakeException">RG0323: a target that is no class of the model.</exception>
    private long[] Classes(Target target)
    {
        var classes = Resolve(target);
        RequireClasses(classes, natural.Logits[0].Length, samples.Number);
        return classes;
    }

    private long[] Resolve(Target target) => target switch
    {
        Target.None => [.. samples.Labels.Select(label => (long)label)],
        Target.LeastLikely => [.. natural.LeastLikely.Select(label => (long)label)],
        Target.Class one => [.. Enumerable.Repeat((long)one.Label, samples.Count)],
        Target.File file => [.. Samples.TargetFile.Read(file.Path, samples.Count).Select(label => (long)label)],
        _ => throw new ArgumentException($"unknown target {target}"),
    };

    private Outcome Start(AttackRun run, long[] classes, Outcome? smaller, AdversarialFile? file)
    {
        var outcome = new Outcome(
            [.. Enumerable.Range(0, samples.Count).Select(i => run.Entry.Target is Target.None
                ? natural.Right[i]
                : natural.Predictions[i] != classes[i])],
            [.. natural.Predictions], file);
        for (var i = 0; i < samples.Count; i++)
        {
            if (smaller is not null && outcome.Robust[i] && !smaller.Robust[i])
            {
                outcome.Robust[i] = false;
                outcome.Predictions[i] = smaller.Predictions[i];
                outcome.Points[i] = smaller.Points[i];
                outcome.File?.Write(i, outcome.Points[i]!);
            }
            else
            {
                outcome.File?.Write(i, samples.Read(i));
            }
        }

        return outcome;
    }

    /// <param name="purpose">Names the streams of noise: a probe that drew what the policy's attack drew would start where that one did.</param>
    private void Search(AttackRun run, long[] classes, Outcome outcome, string? purpose = null)
    {
        var searched = Enumerable.Range(0, samples.Count).Where(i => outcome.Robust[i]).ToArray();
        var waves = searched.Chunk(WaveSize()).ToArray();
        for (var wave = 0; wave < waves.Length; wave++)
        {
            var remaining = waves[wave];
            foreach (var slack in Slacks)
            {
                remaining = Search(run, classes, outcome, remaining, slack, purpose ?? run.Entry.Attack.Name, (wave, waves.Length));
            }

            // With the last slack nothing but NaN ends a search. A model that gives no answer in the precision that it
            // runs in is not robust there, whatever float64 says.
            foreach (var sample in remaining)
            {
                outcome.Robust[sample] = false;
            }
        }

        if (purpose is null)
        {
            _unmoved[run.Id] = [.. outcome.Unmoved.Where(sample => outcome.Robust[sample]).Order()];
            _disagreeing[run.Id] = [.. outcome.Disagreeing.Order()];
        }

        progress(Progress(run, 1, outcome));
    }

    /// <summary>Searches around some samples and takes the verdict.</summary>
    /// <returns>Those for whom the search ended too early: float32 said that they were broken, the verdict that they are robust.</returns>
    private int[] Search(
        AttackRun run, long[] classes, Outcome outcome, int[] searched, double slack, string purpose, (int Done, int All) waves)
    {
        if (searched.Length == 0)
        {
            return [];
        }

        using var scope = NewDisposeScope();
        var (low, high) = samples.Box(searched, run.Epsilon.IsBox);
        var searchBatch = new SearchBatch(
            samples.Load(searched), low, high,
            tensor(searched.Select(i => classes[i]).ToArray(), device: model.Device),
            run.Entry.Target is not Target.None, samples.Matrix(searched, natural.Logits), [.. searched.Select(samples.Id)], seed, purpose)
        {
            ChannelsLast = samples.Input.Layout == ChannelLayout.ChannelsLast,
            Quantization = run.Entry.Quantize is { } bits ? Quantization.Of(samples.Input.BoundsOfAll, samples.Input.Shape, bits, model.Device) : null,
        };
        var minimalNorm = run.Entry.Attack.MinimalNorm;
        var bestPoints = new BestPoints(
            searched.Length, slack, keepAll: outcome.KeepsAll && !minimalNorm, nearest: minimalNorm,
            run.Entry.Attack.StopsAtFirst, Quantization.Room(samples.Input.BoundsOfAll, run.Entry.Quantize, run.Entry.Norm));
        using var search = new Search(
            model, searchBatch, bestPoints, run.Entry.Norm, minimalNorm ? Limit.None : Limit.Of(run.Epsilon), run.Entry.Judge,
            current => progress(Progress(
                run, (waves.Done + Math.Min(1.0, (double)current.Queries / run.Entry.Attack.Queries)) / waves.All, outcome, searched.Length, current)),
            cancel, run.Entry.Eot ?? model.Draws);
        run.Entry.Attack.Run(search);
        outcome.Unmoved.UnionWith(search.Unmoved().Select(position => searched[position]));
        outcome.Forwards += search.Forwards;
        outcome.Backwards += search.Backwards;
        return Decide(searchBatch, bestPoints, searched, outcome, run.Entry.Eot ?? model.Draws);
    }

    private int[] Decide(SearchBatch searchBatch, BestPoints bestPoints, int[] searched, Outcome outcome, int draws)
    {
        var asked = Enumerable.Range(0, searched.Length).Where(bestPoints.NeedsVerdict).ToArray();
        var again = new List<int>();
        foreach (var some in asked.Chunk(model.BatchSize))
        {
            using var scope = NewDisposeScope();
            var points = samples.Stack([.. some.Select(position => bestPoints.Point(position)!)]);
            var logits = model.VerdictLogits(points, draws);
            var margins = searchBatch.Criterion.Margins(logits, searchBatch.Classes.index_select(0, tensor(some.Select(i => (long)i).ToArray(), device: model.Device)));
            var predictions = logits.argmax(1).cpu().data<long>().ToArray();
            var values = margins.cpu().data<double>().ToArray();
            outcome.Forwards += (long)some.Length * draws;
            for (var i = 0; i < some.Length; i++)
            {
                var sample = searched[some[i]];
                outcome.SetNear(sample, !(Math.Abs(values[i]) >= Margin.Near));
                if (searchBatch.Criterion.IsAdversarial(values[i]))
                {
                    outcome.Robust[sample] = false;
                    outcome.Predictions[sample] = (int)predictions[i];
                    outcome.Points[sample] = bestPoints.Point(some[i]);
                }
                else if (bestPoints.Dropped(some[i]))
                {
                    again.Add(sample);
                    outcome.Points[sample] = bestPoints.Point(some[i]);
                }
            }
        }

        RefusePrecision(searchBatch, searched, again, outcome);

        for (var position = 0; position < searched.Length; position++)
        {
            if (outcome.KeepsAll && bestPoints.Point(position) is { } point)
            {
                outcome.File?.Write(searched[position], point);
                outcome.Points[searched[position]] ??= outcome.KeepsLowest ? point : null;
            }
        }

        return [.. again];
    }

    /// <summary>
    /// A point that float32 sees broken and float64 far from it is no matter of rounding: the model computes something else
    /// in the one than in the other. What it is deployed in nobody knows, so the sample counts as broken.
    /// </summary>
    /// <param name="again">Samples that float64 saw robust; those that are decided here are taken out.</param>
    private void RefusePrecision(SearchBatch searchBatch, int[] searched, List<int> again, Outcome outcome)
    {
        if (again.Count == 0)
        {
            return;
        }

        using var scope = NewDisposeScope();
        var points = samples.Stack([.. again.Select(sample => outcome.Points[sample]!)]);
        var classes = searchBatch.Classes.index_select(0, tensor(again.Select(sample => (long)Array.IndexOf(searched, sample)).ToArray(), device: model.Device));
        var (narrow, wide) = (model.Logits(points), model.VerdictLogits(points, model.Draws));
        var apart = (searchBatch.Criterion.Margins(wide, classes) - searchBatch.Criterion.Margins(narrow, classes)).cpu().data<double>().ToArray();
        var margins = searchBatch.Criterion.Margins(narrow, classes).cpu().data<float>().ToArray();
        var scales = narrow.abs().amax(1).cpu().data<float>().ToArray();
        var predictions = narrow.argmax(1).cpu().data<long>().ToArray();
        for (var i = again.Count - 1; i >= 0; i--)
        {
            if (searchBatch.Criterion.IsAdversarial(margins[i]) && !(apart[i] <= BeyondRounding * scales[i]))
            {
                outcome.Robust[again[i]] = false;
                outcome.Predictions[again[i]] = (int)predictions[i];
                outcome.Disagreeing.Add(again[i]);
                again.RemoveAt(i);
            }
        }
    }

    private int WaveSize()
    {
        var rowBytes = 12L * sizeof(float) * samples.Shape.Aggregate(1L, (a, b) => a * b);
        return (int)Math.Clamp(WaveBytes / rowBytes, model.BatchSize, Math.Max(model.BatchSize, MostTogether));
    }

    private Progress Progress(AttackRun run, double done, Outcome outcome, int searched = 0, Search? search = null) => new(
        run.Id, done, outcome.Robust.Count(robust => robust) - (search is null ? 0 : searched - search.Robust.Length), samples.Count,
        outcome.Forwards + (search?.Forwards ?? 0), outcome.Backwards + (search?.Backwards ?? 0));

    private AttackFact Fact(AttackRun run, Outcome outcome) => new(
        run.Id, run.Entry.Attack.Name, Protocol(run), run.Entry.Norm.Name(),
        run.Epsilon.IsBox ? null : run.Epsilon.Value, run.Entry.Target is not Target.None,
        new BitString(outcome.Robust), outcome.Forwards, outcome.Backwards,
        outcome.File is null ? null : $"adversarial/{run.Id}.npy", null, [.. outcome.Predictions],
        run.Entry.Attack.MinimalNorm ? null : outcome.Near.Count);

    /// <summary>With the draws that were taken, where the policy leaves them open and the model proved random.</summary>
    private string Protocol(AttackRun run) => AttackDescription.Protocol(
        run.Entry.Eot is null && model.Draws > 1 ? run with { Entry = run.Entry with { Eot = model.Draws } } : run);

    /// <summary>What one run has found so far, by sample.</summary>
    private sealed class Outcome(bool[] robust, int[] predictions, AdversarialFile? file)
    {
        public bool[] Robust { get; } = robust;

        public int[] Predictions { get; } = predictions;

        /// <summary>Judged points of samples that were broken.</summary>
        public float[]?[] Points { get; } = new float[]?[robust.Length];

        public AdversarialFile? File { get; } = file;

        /// <summary>Whether <see cref="Points"/> are to hold the lowest point met of robust samples as well.</summary>
        public bool KeepsLowest { get; set; }

        public bool KeepsAll => KeepsLowest || File is not null;

        public HashSet<int> Unmoved { get; } = [];

        public HashSet<int> Disagreeing { get; } = [];

        /// <summary>Samples whose judged point lies too near to the boundary to be the same everywhere.</summary>
        public HashSet<int> Near { get; } = [];

        public void SetNear(int sample, bool near)
        {
            if (near)
            {
                Near.Add(sample);
            }
            else
            {
                Near.Remove(sample);
            }
        }

        public long Forwards { get; set; }

        public long Backwards { get; set; }
    }
}
