using System.Collections.Immutable;
using RobustnessGate.Maths;
using RobustnessGate.Policies;
using RobustnessGate.Regimes;
using RobustnessGate.Training;

namespace RobustnessGate.Hardening;

/// <summary>Training's own search on the judged samples: what it leaves of the model before and after.</summary>
internal static class SearchMeasurement
{
    private const int Steps = 10;

    /// <summary>How training is watched.</summary>
    public static SignAscent At(double epsilon) => new(epsilon, epsilon / 4, Steps, RandomStart: true);

    /// <summary>At every L∞ radius of the policy, ascending. One batch of samples at a time is on the device.</summary>
    /// <param name="say">Receives how far it is.</param>
    /// <exception cref="OperationCanceledException">Stopped between two batches.</exception>
    public static ImmutableArray<SearchFigure> Of(
        Preparation prepared, ITrainable before, ITrainable after, Action<string> say, CancellationToken cancellation)
    {
        var samples = prepared.Judged;
        return [.. Radii(prepared.Policy).Select(radius =>
        {
            say(FormattableString.Invariant($"training's own search at linf ε = {radius}, {samples.Count} judged samples"));
            return Of(prepared, before, after, radius, cancellation);
        })];
    }

    private static SearchFigure Of(
        Preparation prepared, ITrainable before, ITrainable after, double radius, CancellationToken cancellation)
    {
        var (samples, input, seed) = (prepared.Judged, prepared.Policy.Model.Input, prepared.Policy.Seed);
        using var beforeDraws = Accuracy.Draws(seed);
        using var afterDraws = Accuracy.Draws(seed);
        var (old, made) = (0, 0);
        for (var start = 0; start < samples.Count; start += Accuracy.BatchSize)
        {
            cancellation.ThrowIfCancellationRequested();
            using var slice = samples.ToTrainingSet(input, prepared.Device, Accuracy.BatchSize, start);
            old += Accuracy.Robust(before, slice, At(radius), input.Bounds, beforeDraws);
            made += Accuracy.Robust(after, slice, At(radius), input.Bounds, afterDraws);
        }

        return new(radius, old, made, samples.Count);
    }

    private static IEnumerable<double> Radii(Policy policy) => policy.Runs
        .Where(run => run.Entry.Norm == Norm.Linf && !run.Epsilon.IsBox).Select(run => run.Epsilon.Value).Distinct().Order();
}
