using System.Collections.Immutable;
using RobustnessGate.Indicators;
using RobustnessGate.Maths;
using RobustnessGate.Results;
using TorchSharp;
using static TorchSharp.torch;

namespace RobustnessGate.Evaluation;

/// <summary>Measures the geometry of the decision surface at the first samples (Yu et al. 2018, Section 4).</summary>
internal sealed class IndicatorRunner(
    Oracle oracle, SampleTensors samples, NaturalOutcome natural, int classes, bool piecewiseLinear,
    Action<Progress> progress, CancellationToken cancel)
{
    private const int MostFeaturesOfAFullHessian = 4096;

    private readonly ScalarType _type = oracle.Classifier.Network.SupportsDouble ? ScalarType.Float64 : ScalarType.Float32;

    /// <summary>
    /// Exact for piecewise-linear networks of any size; for others it takes a matrix of features by features and a
    /// double backward pass for each of its rows.
    /// </summary>
    public bool HessianIsWithinReach => piecewiseLinear || samples.Features <= MostFeaturesOfAFullHessian;

    public IndicatorFact Run(int count)
    {
        var values = new SortedDictionary<string, List<double?>>(StringComparer.Ordinal);
        var tops = ImmutableArray.CreateBuilder<ImmutableArray<double>>();
        for (var sample = 0; sample < count; sample++)
        {
            cancel.ThrowIfCancellationRequested();
            using var scope = NewDisposeScope();
            var geometry = Geometry(sample);
            var (hessian, top) = HessianIsWithinReach ? HessianIndicator.Measure(geometry) : HessianIndicator.Unmeasured;
            foreach (var (name, value) in IndicatorCatalog.All.SelectMany(indicator => indicator.Measure(geometry)).Concat(hessian))
            {
                (values.TryGetValue(name, out var list) ? list : values[name] = []).Add(Finite(value));
            }

            tops.Add([.. top]);
            progress(new Progress("indicator", (sample + 1.0) / count, natural.Right.Count(right => right), samples.Count, 0, 0));
        }

        return new IndicatorFact(
            count,
            values.ToImmutableSortedDictionary(pair => pair.Key, pair => pair.Value.ToImmutableArray(), StringComparer.Ordinal),
            tops.ToImmutable(), new BitString(natural.Right.Take(count)));
    }

    private LocalGeometry Geometry(int sample)
    {
        var input = samples.Load([sample]).to(_type);
        var label = samples.Labels[sample];
        var (logits, jacobian) = LogitJacobian.At(oracle.Classifier.Logits, input, classes, oracle.BatchSize);
        return new LocalGeometry(
            logits, jacobian, label, _type == ScalarType.Float64,
            piecewiseLinear ? null : () => CrossEntropyHessian.Full(oracle.Classifier.Logits, input, label));
    }

    private static double? Finite(double? value) => value is { } number && double.IsFinite(number) ? number : null;
}
