using System.Collections.Immutable;
using RobustnessGate.Facts;
using RobustnessGate.Indicators;
using RobustnessGate.LinearMaps;
using RobustnessGate.Maths;
using TorchSharp;
using static TorchSharp.torch;

namespace RobustnessGate.Evaluation;

/// <summary>Measures the geometry of the decision surface at the first samples (Yu et al. 2018, Section 4).</summary>
/// <param name="kind">The kind of network, in words.</param>
internal sealed class IndicatorRunner(
    BatchedModel model, SampleTensors samples, NaturalOutcome natural, IndicatorSetting setting, string kind,
    Action<Progress> progress, CancellationToken cancel)
{
    /// <summary>Numbers in the rows of one pass: a photograph goes alone, or what the network keeps for the way back fills the memory.</summary>
    private const int MostNumbersOfAPass = 1 << 18;

    private readonly ScalarType _type = model.Classifier.Network.SupportsDouble ? ScalarType.Float64 : ScalarType.Float32;
    private readonly Histogram _jacobian = new("jacobian");
    private readonly Histogram _hessian = new("hessian");
    private readonly Histogram _hessianInFloat32 = new("hessianFloat32");

    /// <summary>Of a smooth network; null where they are not known.</summary>
    private StageGraph? _stages;

    private int Batch => Math.Clamp(MostNumbersOfAPass / samples.Features, 1, model.BatchSize);

    public IndicatorFact Run(int count)
    {
        using var scope = NewDisposeScope();
        _stages = setting.PiecewiseLinear || count == 0 ? null : Stages(samples.Load([0]).device);
        var values = new SortedDictionary<string, List<double?>>(StringComparer.Ordinal);
        var tops = ImmutableArray.CreateBuilder<ImmutableArray<double>>();
        var images = ImmutableArray.CreateBuilder<JacobianImage>();
        var cap = 0;
        for (var sample = 0; sample < count; sample++)
        {
            cancel.ThrowIfCancellationRequested();
            var look = model.Fitting(() => Look(sample));
            foreach (var (name, value) in look.Values)
            {
                (values.TryGetValue(name, out var list) ? list : values[name] = []).Add(value);
            }

            tops.Add([.. look.Hessian.Top]);
            cap = look.RankCap;
            if (look.Picture is { } picture)
            {
                images.Add(picture);
            }

            if (natural.Right[sample])
            {
                Count(look);
            }

            progress(new Progress("indicator", (sample + 1.0) / count, natural.Right.Count(right => right), samples.Count, 0, 0));
        }

        return new IndicatorFact(
            count,
            values.ToImmutableSortedDictionary(pair => pair.Key, pair => pair.Value.ToImmutableArray(), StringComparer.Ordinal),
            tops.ToImmutable(), new BitString(natural.Right.Take(count)),
            new IndicatorContext(
                setting.Protocol, setting.Epsilon, setting.EpsilonL2, setting.Jitter, kind, cap,
                [_jacobian.ToDistribution(), _hessian.ToDistribution(), _hessianInFloat32.ToDistribution()], images.ToImmutable()));
    }

    /// <summary>All that is measured at a sample; no tensor outlives it, nor an attempt that found no memory.</summary>
    private Measured Look(int sample)
    {
        using var scope = NewDisposeScope();
        var around = Around(sample);
        var hessian = HessianIndicator.Measure(around);
        var at = around.Sample;
        return new(
            Values(around, hessian), hessian, at.Gradient.to(ScalarType.Float64).cpu().data<double>().ToArray(),
            (int)Math.Min(at.ClassCount - 1, at.Dimension),
            sample < JacobianPicture.Count(samples.Features) ? JacobianPicture.Of(sample, samples.Shape, at.Gradient) : null);
    }

    /// <summary>Every quantity of one sample: at the sample, averaged over the jittered points, and what follows from them.</summary>
    private static Dictionary<string, double?> Values(Vicinity around, HessianIndicator.Measured hessian)
    {
        var values = new Dictionary<string, double?>(StringComparer.Ordinal);
        foreach (var quantity in IndicatorCatalog.All.SelectMany(indicator => indicator.Measure(around)).Concat(hessian.Quantities))
        {
            values.Add(quantity.Name, Finite(quantity.Values[0]));
            if (quantity.Values.Count > 1)
            {
                // Undefined at one point, undefined on average: others alone would be another average.
                var jittered = quantity.Values.Skip(1).ToArray();
                values.Add(quantity.Name + IndicatorCatalog.Averaged, jittered.All(value => value is not null) ? Finite(jittered.Average()) : null);
            }
        }

        foreach (var (name, value) in PredictedRadius.Of(values).ToArray())
        {
            values.Add(name, value);
        }

        return values;
    }

    private Vicinity Around(int sample)
    {
        var input = samples.Load([sample]).to(_type);
        var id = samples.Id(sample);
        var random = CounterRandom.For(setting.Seed, "jitter", id);
        var noise = new double[setting.Jitter * samples.Features];
        foreach (ref var value in noise.AsSpan())
        {
            // Not cut by the bounds: cut, every second pixel of a constant background would stay on its tie.
            value = IndicatorSetting.JitterRadius * setting.Range * ((2 * random.NextSingle()) - 1);
        }

        var points = setting.Jitter == 0
            ? input
            : cat([input, input + tensor(noise, device: input.device).reshape([setting.Jitter, .. input.shape[1..]]).to(_type)], 0);
        var geometry = LocalGeometry.At(model.Classifier.Logits, points, samples.Labels[sample], Batch);
        var (low, high) = samples.Box([sample], region: false);
        return new Vicinity(geometry, model.Classifier.Logits, setting, low.flatten(1), high.flatten(1), id, Batch) { Stages = _stages };
    }

    /// <summary>On the processor alone: the graph of a file moves copies of its weights to other devices.</summary>
    private StageGraph? Stages(Device device) => device.type == DeviceType.CPU ? model.Classifier.Stages(device, _type) : null;

    private void Count(Measured look)
    {
        _jacobian.Add(look.Gradient);
        _hessian.Add(look.Hessian.Eigenvalues, look.Hessian.Eigenvalues.Length == 0 ? 0 : look.Gradient.Length - look.Hessian.Eigenvalues.Length);
        _hessianInFloat32.Add(look.Hessian.InFloat32);
    }

    /// <param name="Values">Every quantity by name.</param>
    /// <param name="Gradient">J.</param>
    /// <param name="RankCap">min(K − 1, d).</param>
    /// <param name="Picture">Of J; of the first samples.</param>
    private sealed record Measured(
        Dictionary<string, double?> Values, HessianIndicator.Measured Hessian, double[] Gradient, int RankCap, JacobianImage? Picture);

    private static double? Finite(double? value) => value is { } number && double.IsFinite(number) ? number : null;
}
