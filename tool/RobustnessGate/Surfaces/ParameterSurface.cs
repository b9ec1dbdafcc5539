using RobustnessGate.Maths;
using RobustnessGate.Results;
using RobustnessGate.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace RobustnessGate.Surfaces;

/// <summary>Surfaces over a plane in parameter space: means over some samples, at weights that are put back afterwards.</summary>
/// <param name="network">Its running statistics are neither used for the batch nor updated by it.</param>
/// <param name="model">What it is called.</param>
internal sealed class ParameterSurface(ITrainable network, string model)
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
        return network.Evaluating(() =>
        {
            var (x, y) = WeightDirections.Of(network, inputs, labels, setting);
            using var weights = new KeptWeights(network);
            var steps = setting.Steps();
            var means = new List<(double Margin, double Loss, double Right)>();
            foreach (var j in steps)
            {
                foreach (var i in steps)
                {
                    cancel.ThrowIfCancellationRequested();
                    weights.MoveTo(x, i, y, j);
                    means.Add(Means(inputs, labels, batchSize));
                }
            }

            var middle = means[means.Count / 2];
            return new SurfaceGrid(
                SurfaceSpace.Parameters, model, Axis(setting.X), Axis(setting.Y),
                [.. means.Select(mean => mean.Margin)], [.. means.Select(mean => mean.Loss)], [],
                new(null, null, null, middle.Margin, middle.Loss, (int)inputs.shape[0]))
            {
                Accuracies = [.. means.Select(mean => mean.Right)],
            };

            SurfaceAxis Axis(DirectionKind kind) => new(kind.Name(), $"{kind.Words()}, in norms of each filter", [.. steps], null, null);
        });
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
