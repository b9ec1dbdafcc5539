using System.Collections.Immutable;
using RobustnessGate.Attacks.Engine;
using RobustnessGate.Facts;
using RobustnessGate.Maths;
using RobustnessGate.Policies;

namespace RobustnessGate.Evaluation;

/// <summary>Runs the attacks of a policy at all their radii: which samples are searched again, and what follows for each result.</summary>
internal sealed class AttackRunner(
    BatchedModel model, SampleTensors samples, NaturalOutcome natural, long seed, string? adversarialDirectory,
    Action<Progress> progress, CancellationToken cancel, BrokenExampleKeeper? brokenExamples = null)
{
    private readonly AttackWaves _waves = new(model, samples, natural, seed, progress, cancel);

    /// <summary>One fact for each radius of the entry, in the entry's order.</summary>
    public ImmutableArray<AttackFact> Run(AttackEntry entry)
    {
        var classes = AttackTargets.Of(entry.Target, samples, natural);
        if (entry.Attack.MinimalNorm)
        {
            return RunOnce(entry, classes);
        }

        var facts = new Dictionary<string, AttackFact>();
        AttackOutcome? smaller = null;
        foreach (var run in entry.Runs.OrderBy(run => run.Epsilon.Value))
        {
            // A point found at a smaller radius lies within a greater one too, but in no box.
            var known = entry.KeepsPoints && !run.Epsilon.IsBox ? smaller : null;
            var outcome = Start(run, classes, known, OpenFile(run));
            using (outcome.File)
            {
                _waves.Search(run, classes, outcome);
            }

            brokenExamples?.See(run, sample => outcome.Robust[sample] ? null : outcome.Points[sample]);
            facts[run.Id] = Fact(run, outcome);
            smaller = run.Epsilon.IsBox ? smaller : outcome;
        }

        return [.. entry.Runs.Select(run => facts[run.Id])];
    }

    /// <summary>Searches around some samples at the entry's one radius, outside the results: for each whether it is robust.</summary>
    /// <param name="entry">An attack within a radius.</param>
    /// <param name="searched">Positions of rightly classified samples.</param>
    public bool[] Robust(AttackEntry entry, int[] searched)
    {
        var run = entry.Runs.First();
        var classes = AttackTargets.Of(entry.Target, samples, natural);
        var outcome = Start(run, classes, null, file: null);
        for (var i = 0; i < outcome.Robust.Length; i++)
        {
            outcome.Robust[i] &= searched.Contains(i);
        }

        _waves.Search(run, classes, outcome, "probe");
        return outcome.Robust;
    }

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
            _waves.Search(runs.First(), classes, found);
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
    private void Read(AttackRun run, AttackOutcome found, bool[] wasRobust, ImmutableArray<double?> distances, AttackOutcome outcome)
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

    private AttackOutcome Start(AttackRun run, long[] classes, AttackOutcome? smaller, AdversarialFile? file)
    {
        var outcome = new AttackOutcome(
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

    private AttackFact Fact(AttackRun run, AttackOutcome outcome) => new(
        run.Id, run.Entry.Attack.Name, Protocol(run), run.Entry.Norm.Name(),
        run.Epsilon.IsBox ? null : run.Epsilon.Value, run.Entry.Target is not Target.None,
        new BitString(outcome.Robust), outcome.Forwards, outcome.Backwards,
        outcome.File is null ? null : $"adversarial/{run.Id}.npy", null, [.. outcome.Predictions],
        run.Entry.Attack.MinimalNorm ? null : outcome.Near.Count);

    /// <summary>With the draws that were taken, where the policy leaves them open and the model proved random.</summary>
    private string Protocol(AttackRun run) => AttackDescription.Protocol(
        run.Entry.Eot is null && model.Draws > 1 ? run with { Entry = run.Entry with { Eot = model.Draws } } : run);
}
