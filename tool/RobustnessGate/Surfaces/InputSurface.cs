using System.Collections.Immutable;
using RobustnessGate.Evaluation;
using RobustnessGate.Facts;
using RobustnessGate.Maths;
using TorchSharp;
using static TorchSharp.torch;

namespace RobustnessGate.Surfaces;

/// <summary>Decision and loss surfaces of one network in input space.</summary>
/// <param name="batchedModel">The network.</param>
/// <param name="model">What it is called.</param>
internal sealed class InputSurface(BatchedModel batchedModel, string model)
{
    /// <summary>
    /// The surface around a sample. Beyond a bare forward pass for each of its points it costs a gradient for each
    /// adversarial axis, four batches of 16 for each boundary that is met (verdicts come in batches of that size, so that the
    /// ways could not be searched together for less), the looks between the steps of a coarse grid, and the attack's own.
    /// </summary>
    /// <remarks>A randomised network (<see cref="BatchedModel.Draws"/>) draws from the setting's seed, anew for each surface.</remarks>
    /// <exception cref="ArgumentException">The setting describes no plane.</exception>
    /// <exception cref="NoDirectionException">There is no such plane at this sample.</exception>
    public SurfaceGrid Of(SurfaceSample sample, SurfaceSetting setting, CancellationToken cancel)
    {
        setting.Require();
        using var scope = NewDisposeScope();
        var (plane, x, y) = Plane(sample, setting);
        var steps = setting.Steps();
        if (!plane.Moves(steps[^1] - steps[^2]))
        {
            throw new NoDirectionException(FormattableString.Invariant(
                $"steps of {steps[^1] - steps[^2]:G3} are lost beside the input's own values: all of a row or a column would be one and the same input. Give a greater --extent"));
        }

        var logits = plane.Logits(batchedModel, steps, steps, cancel);
        var label = tensor(new long[] { sample.Label }, device: batchedModel.Device);
        var classes = label.expand(logits.shape[0]);
        var margins = Doubles(Margin.Of(logits, classes));
        NoDirectionException.RequireNumbers(margins, "the sample itself");
        // In float64: where the network is sure, a loss in float32 is a few units of its last place, or zero. That of exactly
        // 1 would be -0, which nobody wants to read.
        ImmutableArray<double> losses = [.. Doubles(Losses.CrossEntropy(logits.to(ScalarType.Float64), classes)).Select(loss => loss + 0.0)];
        var predictions = logits.argmax(1).cpu().data<long>().Select(value => (int)value).ToImmutableArray();
        var middle = margins.Length / 2;
        var (alpha, beta) = (Doubles(x), Doubles(y));
        return new(
            SurfaceSpace.Input, model, Axis(0), Axis(1), margins, losses, predictions,
            new(sample.Number, sample.Label, predictions[middle], margins[middle], losses[middle]))
        {
            Clipped = setting.Clip,
            Draws = batchedModel.Draws > 1 ? batchedModel.Draws : 0,
            Box = setting.Epsilon is { } radius ? Section(alpha, beta, radius, setting.Norm) : null,
            Path = setting is { Epsilon: { } epsilon, Attack: { } attack }
                ? AttackPath.Of(
                    batchedModel, plane, sample.Input.to(ScalarType.Float32), (sample.Low, sample.High), label, sample.Id, attack, setting.Norm, epsilon, setting.Seed, cancel)
                : null,
        };

        SurfaceAxis Axis(int axis)
        {
            var kind = axis == 0 ? setting.X : setting.Y;
            return new(
                kind.Name(), $"{kind.Words()}, {(setting.Norm == Norm.Linf ? "ℓ∞" : "ℓ2")} distance", [.. steps], Crossing(axis, 1), Crossing(axis, -1));
        }

        double? Crossing(int axis, int sign)
        {
            var half = steps.Length / 2;
            var stride = sign * (axis == 0 ? 1 : steps.Length);
            return BoundarySearch.First(
                [.. steps.Skip(half)], [.. Enumerable.Range(0, half + 1).Select(step => margins[middle + (step * stride)])],
                distances => plane.MarginsAlong(batchedModel, axis, [.. distances.Select(distance => sign * distance)], label), setting.Looks);
        }
    }

    /// <summary>
    /// The plane of the surface around a sample, for what else is to be shown in it. A randomised network draws anew from the
    /// setting's seed, so that it is the same plane each time. Its tensors are the caller's scope's.
    /// </summary>
    /// <returns>The plane in the sample's type; α and β (d), float64 where the network supports it.</returns>
    /// <exception cref="NoDirectionException">There is no such plane at this sample.</exception>
    internal (InputPlane Plane, Tensor X, Tensor Y) Plane(SurfaceSample sample, SurfaceSetting setting)
    {
        MeanLogits.Reseed(batchedModel, setting.Seed);
        var precise = batchedModel.Classifier.Network.SupportsDouble ? sample.Input.to(ScalarType.Float64) : sample.Input;
        var (x, y) = InputDirections.At(points => MeanLogits.Logits(batchedModel, points), precise, sample.Label, sample.Id, setting);
        var type = sample.Input.dtype;
        return (new(sample.Input, stack([x, y], 0).to(type), setting.Clip ? (sample.Low.to(type), sample.High.to(type)) : null), x, y);
    }

    private static SurfaceBox Section(ImmutableArray<double> alpha, ImmutableArray<double> beta, double epsilon, Norm norm) =>
        new(norm.Name(), epsilon, norm == Norm.Linf
            ? PlaneSection.OfBox(alpha.AsSpan(), beta.AsSpan(), epsilon) : PlaneSection.OfSphere(alpha.AsSpan(), beta.AsSpan(), epsilon));

    private static ImmutableArray<double> Doubles(Tensor values) => [.. values.to(ScalarType.Float64).cpu().data<double>()];
}
