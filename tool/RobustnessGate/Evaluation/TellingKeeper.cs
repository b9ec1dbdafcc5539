using System.Collections.Immutable;
using System.Runtime.InteropServices;
using RobustnessGate.Maths;
using RobustnessGate.Policies;
using RobustnessGate.Results;
using static TorchSharp.torch;

namespace RobustnessGate.Evaluation;

/// <summary>
/// Keeps, while attacks run, the judged points of the few samples that tell most: broken, but withstood before, and with the
/// largest margins of all such. Attacks hold their points only as long as they run, and no file is needed for three.
/// </summary>
/// <param name="before">Of which samples to keep some.</param>
/// <param name="lay">Lays the surface around the first of them; null for none.</param>
internal sealed class TellingKeeper(TellingRequest before, SampleTensors samples, NaturalOutcome natural, LaySurface? lay = null)
{
    private const int Most = 3;

    /// <summary>More than this is no picture that anyone could tell pixels in.</summary>
    private const int MostFeatures = 3 * 512 * 512;

    private readonly List<(int Sample, double Margin, AttackRun Attack, float[] Point)> _kept = [];

    /// <summary>Looks at what a run broke; of several runs the first one's point is kept.</summary>
    /// <param name="broken">A sample's judged point where the run broke it, else null.</param>
    public void See(AttackRun run, Func<int, float[]?> broken)
    {
        if (run.Entry.Target is not Target.None || samples.Features > MostFeatures || !AreImages())
        {
            return;
        }

        for (var i = 0; i < samples.Count; i++)
        {
            if (!natural.Right[i] || !before.Withstood(samples.Id(i)) || _kept.Any(kept => kept.Sample == i) || broken(i) is not { } point)
            {
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

    /// <summary>The samples kept, with the model's answers before and after; largest former margin first, with a surface.</summary>
    public ImmutableArray<TellingFact> Facts(Oracle oracle, long seed, CancellationToken cancel) =>
    [
        .. _kept.Select((kept, i) => Fact(oracle, kept.Sample, kept.Margin, kept.Attack.Id, kept.Point) with
        {
            Surface = i == 0 && lay is not null ? Surface(() => lay(oracle, samples, kept.Attack, kept.Sample, seed, cancel)) : null,
        }),
    ];

    /// <summary>A picture that cannot be had costs no check: everything that counts has been measured.</summary>
    private static SurfaceGrid? Surface(Func<SurfaceGrid?> lay)
    {
        try
        {
            return lay();
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            return null;
        }
    }

    /// <summary>A picture takes the first of three dimensions for the channels.</summary>
    private bool AreImages() => Drawing.Pixels.AreImages(samples.Shape)
        && (samples.Shape.Count == 2 || samples.Input.Layout != ChannelLayout.ChannelsLast);

    private TellingFact Fact(Oracle oracle, int sample, double margin, string attack, float[] point)
    {
        using var scope = NewDisposeScope();
        var logits = oracle.VerdictLogits(samples.Stack([point]), oracle.Draws);
        var label = tensor(new long[] { samples.Labels[sample] }, device: oracle.Device);
        return new(
            samples.Number(sample), samples.Labels[sample], attack, natural.Predictions[sample], (int)logits.argmax(1).item<long>(), margin,
            Margin.Of(logits, label).to(ScalarType.Float64).item<double>(), [.. samples.Shape],
            samples.Input.Bounds is { } bounds ? [bounds.Low, bounds.High] : null, Bytes(samples.Read(sample)), Bytes(point));
    }

    private static double MarginOf(float[] logits, int label) =>
        logits[label] - logits.Where((_, i) => i != label).Max();

    private static ImmutableArray<byte> Bytes(float[] values) => [.. MemoryMarshal.AsBytes(values.AsSpan())];
}

/// <summary>Lays the decision surface around a sample that an attack broke.</summary>
/// <param name="position">Of the sample.</param>
/// <param name="seed">Root of random directions.</param>
/// <returns>Null where there is none.</returns>
internal delegate SurfaceGrid? LaySurface(Oracle oracle, SampleTensors samples, AttackRun run, int position, long seed, CancellationToken cancel);
