using System.Collections.Immutable;
using RobustnessGate.Facts;
using RobustnessGate.Maths;
using TorchSharp;
using static TorchSharp.torch;

namespace RobustnessGate.Surfaces;

/// <summary>Surfaces over a plane in parameter space: means over some samples, at weights that are put back afterwards.</summary>
/// <param name="network">Its running statistics must be neither those of the batch nor updated by it.</param>
/// <param name="model">What it is called.</param>
internal sealed class ParameterSurface(WeightedNetwork network, string model)
{
    /// <param name="inputs">(N, …).</param>
    /// <param name="labels">(N) int64.</param>
    /// <param name="batchSize">Inputs that go through the network together.</param>
    /// <exception cref="ArgumentException">The setting describes no plane.</exception>
    /// <exception cref="NoDirectionException">There is no such plane at these weights.</exception>
    public SurfaceGrid Of(Tensor inputs, Tensor labels, SurfaceSetting setting, int batchSize, CancellationToken cancel)
    {
        setting.Require();
        using var scope = NewDisposeScope();
        Reseed(setting);
        var plane = WeightDirections.Of(network, inputs, labels, setting, batchSize);
        using var weights = new KeptWeights(network);
        var steps = setting.Steps();
        RequireSteps(weights, plane, steps[^1] - steps[^2]);
        var means = new List<(double Margin, double Loss, double Right)>();
        foreach (var j in steps)
        {
            foreach (var i in steps)
            {
                cancel.ThrowIfCancellationRequested();
                weights.MoveTo(plane.X, i, plane.Y, j);
                // The same draws everywhere: else a randomised network's surface would be noise on top of its shape.
                Reseed(setting);
                means.Add(Means(inputs, labels, batchSize));
            }
        }

        var middle = means[means.Count / 2];
        ImmutableArray<double> margins = [.. means.Select(mean => mean.Margin)];
        NoDirectionException.RequireNumbers(margins, "the weights themselves");
        return new SurfaceGrid(
            SurfaceSpace.Parameters, model, Axis(setting.X), Axis(setting.Y), margins, [.. means.Select(mean => mean.Loss)], [],
            new(null, null, null, middle.Margin, middle.Loss, (int)inputs.shape[0]))
        {
            Accuracies = [.. means.Select(mean => mean.Right)],
            Draws = network.Randomised ? 1 : 0,
        };

        SurfaceAxis Axis(DirectionKind kind) => new(kind.Name(), $"{kind.Words()}; filter norms", [.. steps], null, null);
    }

    private void Reseed(SurfaceSetting setting)
    {
        if (network.Randomised)
        {
            manual_seed(setting.Seed);
        }
    }

    /// <summary>That one step along either axis changes the weights.</summary>
    private static void RequireSteps(KeptWeights weights, (Tensor[] X, Tensor[] Y) plane, double step)
    {
        foreach (var (i, j) in new[] { (step, 0.0), (0.0, step) })
        {
            weights.MoveTo(plane.X, i, plane.Y, j);
            if (!weights.Moved())
            {
                throw new NoDirectionException(FormattableString.Invariant(
                    $"steps of {step:G3} norms are lost in the weights' own precision: all of a row or a column would be one and the same network. Give a greater --extent"));
            }
        }
    }

    private (double Margin, double Loss, double Right) Means(Tensor inputs, Tensor labels, int batchSize)
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        double margin = 0, loss = 0, right = 0;
        var count = inputs.shape[0];
        for (var start = 0L; start < count; start += batchSize)
        {
            using var part = NewDisposeScope();
            var size = Math.Min(batchSize, count - start);
            var logits = network.Logits(inputs.narrow(0, start, size));
            var classes = labels.narrow(0, start, size);
            var margins = Margin.Of(logits, classes).to(ScalarType.Float64);
            margin += margins.sum().item<double>();
            right += margins.gt(0).sum().item<long>();
            loss += Losses.CrossEntropy(logits, classes).to(ScalarType.Float64).sum().item<double>();
        }

        return (margin / count, loss / count, right / count);
    }
}
