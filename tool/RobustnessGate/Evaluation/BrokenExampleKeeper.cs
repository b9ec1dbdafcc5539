using System.Collections.Immutable;
using System.Runtime.InteropServices;
using RobustnessGate.Evaluation.Credibility;
using RobustnessGate.Facts;
using RobustnessGate.Maths;
using RobustnessGate.Models;
using RobustnessGate.Policies;
using static TorchSharp.torch;

namespace RobustnessGate.Evaluation;

/// <summary>
/// Keeps, while attacks run, the judged points of a few newly broken samples: of those that withstood everything before, the
/// ones with the largest clean margins. Attacks hold their points only as long as they run, and no file is needed for three.
/// </summary>
/// <param name="before">Of which samples to keep some.</param>
/// <param name="lay">Lays the surface around one of them; null for none.</param>
internal sealed class BrokenExampleKeeper(BrokenExampleRequest before, SampleTensors samples, NaturalOutcome natural, SurfaceLayer? lay = null)
{
    private const int Most = 3;

    private readonly List<(int Sample, double Margin, AttackRun Attack, float[] Point)> _kept = [];

    /// <summary>Looks at what a run broke; of several runs in one norm the one with the least radius counts, of equals the first.</summary>
    /// <param name="broken">A sample's judged point where the run broke it, else null.</param>
    public void See(AttackRun run, Func<int, float[]?> broken)
    {
        if (run.Entry.Target is not Target.None || !BrokenExampleRequest.CanShow(samples.Input))
        {
            return;
        }

        for (var i = 0; i < samples.Count; i++)
        {
            var known = _kept.FindIndex(kept => kept.Sample == i);
            if (!natural.Right[i] || !before.WasRobust(samples.Id(i)) || (known >= 0 && !IsNarrower(run, _kept[known].Attack)) || broken(i) is not { } point)
            {
                continue;
            }

            if (known >= 0)
            {
                _kept[known] = (i, _kept[known].Margin, run, point);
                continue;
            }

            _kept.Add((i, MarginOf(natural.Logits[i], samples.Labels[i]), run, point));
            _kept.Sort((a, b) => (-a.Margin, a.Sample).CompareTo((-b.Margin, b.Sample)));
            if (_kept.Count > Most)
            {
                _kept.RemoveAt(Most);
            }
        }
    }

    /// <summary>
    /// The samples kept, with the model's answers before and after; largest former margin first. The first around which a
    /// boundary can be drawn has a surface.
    /// </summary>
    /// <param name="earlier">Opens the model that the samples withstood everything on; null where it is not available.</param>
    public ImmutableArray<BrokenExampleFact> Facts(BatchedModel model, long seed, Func<Classifier>? earlier, CancellationToken cancel)
    {
        var (lent, alone) = _kept.Count == 0 ? (null, null) : Earlier(earlier, model, seed);
        using var compared = lent;
        var around = lay?.Invoke(model, compared?.Model, samples, seed, cancel);
        var planes = new BrokenExamplePlane?[_kept.Count];
        for (var i = 0; i < planes.Length && (i == 0 || planes[i - 1] is not { MeetsBoundary: true }); i++)
        {
            planes[i] = Unless(() => around?.Invoke(_kept[i].Attack, _kept[i].Sample, _kept[i].Point));
        }

        var chosen = Array.FindIndex(planes, plane => plane is { MeetsBoundary: true });
        chosen = chosen >= 0 ? chosen : Array.FindIndex(planes, plane => plane is not null);
        return
        [
            .. _kept.Select((kept, i) => Fact(model, kept.Sample, kept.Margin, kept.Attack.Id, kept.Point) with
            {
                Surface = i == chosen ? planes[i]!.Now : null, SurfaceBefore = i == chosen ? planes[i]!.Before : null,
                Alone = i == chosen && planes[i]!.Before is null ? alone : null,
            }),
        ];
    }

    /// <summary>Whether a radius is less than another in the same norm.</summary>
    private static bool IsNarrower(AttackRun run, AttackRun other) =>
        run.Entry.Norm == other.Entry.Norm && !run.Epsilon.IsBox && !other.Epsilon.IsBox && run.Epsilon.Value < other.Epsilon.Value;

    /// <summary>The baseline's model, if it is the very one, and why this model is alone where no surface of that one is laid.</summary>
    private (Lent? Model, string? Alone) Earlier(Func<Classifier>? open, BatchedModel model, long seed)
    {
        if (open is null || before.ModelSha256 is not { Length: > 0 } pinned)
        {
            return (null, null);
        }

        if (Unless(open) is not { } classifier)
        {
            return (null, "The merge base's model could not be opened");
        }

        var lent = new Lent(classifier, model, samples);
        if (classifier.Sha256 != pinned)
        {
            lent.Dispose();
            return (null, "The merge base has another model than the baseline was measured on");
        }

        // It may be randomised where this one is not. Where it cannot even be asked, no surface of it can be laid either.
        Unless(() => RandomnessCheck.Acquaint(lent.Model, samples, seed, where: null));
        return (lent, "The baseline's model could not be drawn around this sample");
    }

    /// <summary>A picture that cannot be made costs no check: everything that counts has been measured.</summary>
    internal static T? Unless<T>(Func<T?> draw)
        where T : class
    {
        try
        {
            return draw();
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            return null;
        }
    }

    /// <summary>A model that is open for as long as pictures of it are made.</summary>
    private sealed class Lent(Classifier classifier, BatchedModel like, SampleTensors samples) : IDisposable
    {
        public Classifier Classifier { get; } = classifier;

        public BatchedModel Model { get; } = BatchedModel.ToProve(classifier, like.BatchSize, like.Device, samples.First);

        public void Dispose() => Classifier.Dispose();
    }

    private BrokenExampleFact Fact(BatchedModel model, int sample, double margin, string attack, float[] point)
    {
        using var scope = NewDisposeScope();
        var logits = model.VerdictLogits(samples.Stack([point]), model.Draws);
        var label = tensor(new long[] { samples.Labels[sample] }, device: model.Device);
        return new(
            samples.Number(sample), samples.Labels[sample], attack, natural.Predictions[sample], (int)logits.argmax(1).item<long>(), margin,
            Margin.Of(logits, label).to(ScalarType.Float64).item<double>(), [.. samples.Shape],
            samples.Input.Bounds is { } bounds ? [bounds.Low, bounds.High] : null, Bytes(samples.Read(sample)), Bytes(point));
    }

    private static double MarginOf(float[] logits, int label) =>
        logits[label] - logits.Where((_, i) => i != label).Max();

    private static ImmutableArray<byte> Bytes(float[] values) => [.. MemoryMarshal.AsBytes(values.AsSpan())];
}
