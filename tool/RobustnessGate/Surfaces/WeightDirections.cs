using RobustnessGate.Maths;
using TorchSharp;
using static TorchSharp.torch;

namespace RobustnessGate.Surfaces;

/// <summary>
/// Directions in parameter space, normalised filter by filter (Li et al. 2018, "Visualizing the loss landscape of neural
/// nets", Section 4): each filter of a direction has the norm of the weights' own filter, so that scales between layers,
/// which change nothing, change no picture. A filter is what the first dimension of a tensor counts: an output channel of a
/// convolution, an output of a dense layer stored as (out, in). Tensors of one dimension (biases, scale and shift of
/// normalisations) stay as they are, as there, and so does every tensor whose filters are single numbers, such as a bias
/// kept as (C, 1, 1): it is one of those in another shape, and all that the norm would leave of a direction is its sign.
/// </summary>
internal static class WeightDirections
{
    /// <summary>Sine of the least angle between two directions that span a plane.</summary>
    private const double Parallel = 1e-3;

    /// <summary>α and β, each a tensor for each of the network's weights, in their order.</summary>
    /// <param name="inputs">(N, …) over whose mean objective adversarial directions climb.</param>
    /// <param name="labels">(N) int64.</param>
    /// <param name="batchSize">Inputs whose graph is held at a time.</param>
    /// <exception cref="NoDirectionException">A gradient is zero or no number, or the two directions are parallel.</exception>
    public static (Tensor[] X, Tensor[] Y) Of(WeightedNetwork network, Tensor inputs, Tensor labels, SurfaceSetting setting, int batchSize)
    {
        using var scope = NewDisposeScope();
        if (!network.Weights.Any(weight => HasFilters(weight.Value)))
        {
            throw new NoDirectionException("none of its weights is a filter of more than one number, so that none would be moved");
        }

        var (x, y) = (Raw(setting.X, "x"), Raw(setting.Y, "y"));
        x = Each(x, y, setting.X == DirectionKind.Orthogonal);
        y = Each(y, x, setting.Y == DirectionKind.Orthogonal);
        if (AreParallel(x, y))
        {
            throw NoDirectionException.Parallel(setting);
        }

        return ([.. x.Select(part => part.MoveToOuterDisposeScope())], [.. y.Select(part => part.MoveToOuterDisposeScope())]);

        Tensor[] Raw(DirectionKind kind, string axis) => kind.IsAdversarial()
            ? Gradient(network, inputs, labels, kind, batchSize)
            : [.. network.Weights.Select((weight, at) => Random(CounterRandom.For(setting.Seed, "surface weights " + axis, (ulong)at), weight.Value))];

        Tensor[] Each(Tensor[] direction, Tensor[] other, bool orthogonal) =>
        [
            .. network.Weights.Select((weight, at) =>
                Normalised(orthogonal ? Remainder(direction[at], other[at]) : direction[at], weight.Value.detach())),
        ];
    }

    /// <summary>Of the mean objective: the sum over batches, so that memory does not grow with the samples.</summary>
    /// <param name="inputs">(N, …).</param>
    /// <param name="labels">(N) int64.</param>
    /// <returns>Shaped like the weights, in their order.</returns>
    internal static Tensor[] Gradient(WeightedNetwork network, Tensor inputs, Tensor labels, DirectionKind kind, int batchSize)
    {
        using var scope = NewDisposeScope();
        Tensor[] leaves = [.. network.Weights.Select(weight => weight.Value)];
        Tensor[] sums = [.. leaves.Select(leaf => zeros_like(leaf, requires_grad: false))];
        var count = inputs.shape[0];
        for (var start = 0L; start < count; start += batchSize)
        {
            using var part = NewDisposeScope();
            var size = Math.Min(batchSize, count - start);
            var objectives = Objectives.Of(kind, network.Logits(inputs.narrow(0, start, size)), labels.narrow(0, start, size));
            var gradients = InputGradient.OfAll(objectives.sum() / count, leaves);
            for (var at = 0; at < sums.Length; at++)
            {
                sums[at].add_(gradients[at]);
            }
        }

        NoDirectionException.RequireGradient(Greatest(sums), kind);
        return [.. sums.Select(sum => sum.MoveToOuterDisposeScope())];
    }

    /// <summary>NaN where any entry is.</summary>
    private static double Greatest(Tensor[] gradients) =>
        gradients.Where(gradient => gradient.numel() > 0).Select(gradient => Number(gradient.abs().max())).Aggregate(0.0, Math.Max);

    /// <summary>Whether a tensor has filters, and those more than a sign.</summary>
    private static bool HasFilters(Tensor weight) => weight.dim() >= 2 && weight.numel() > weight.shape[0];

    /// <summary>Over all tensors together; NaN counts as parallel.</summary>
    private static bool AreParallel(Tensor[] x, Tensor[] y)
    {
        double xx = 0, xy = 0, yy = 0;
        foreach (var (a, b) in x.Zip(y, (a, b) => (a.to(ScalarType.Float64), b.to(ScalarType.Float64))))
        {
            xx += Number((a * a).sum());
            xy += Number((a * b).sum());
            yy += Number((b * b).sum());
        }

        return !((xx * yy) - (xy * xy) > Parallel * Parallel * xx * yy);
    }

    private static double Number(Tensor scalar) => scalar.to(ScalarType.Float64).item<double>();

    private static Tensor Random(CounterRandom random, Tensor weight)
    {
        var values = new float[weight.numel()];
        foreach (ref var value in values.AsSpan())
        {
            value = random.NextNormal();
        }

        return tensor(values, device: weight.device).reshape(weight.shape).to(weight.dtype);
    }

    /// <summary>Each filter without its part along the other direction's: orthogonal filter by filter, hence altogether.</summary>
    private static Tensor Remainder(Tensor direction, Tensor other)
    {
        if (!HasFilters(direction))
        {
            return direction;
        }

        var (rows, others) = (direction.flatten(1), other.flatten(1));
        var share = (rows * others).sum(1, keepdim: true) / (others * others).sum(1, keepdim: true).clamp_min(1e-30);
        return (rows - (others * share)).reshape(direction.shape);
    }

    private static Tensor Normalised(Tensor direction, Tensor weight)
    {
        if (!HasFilters(weight))
        {
            return zeros_like(weight);
        }

        var rows = direction.detach().flatten(1);
        var own = weight.flatten(1).norm(1, true, 2);
        // A filter without a gradient has no direction; it stays where it is.
        var length = rows.norm(1, true, 2);
        return (rows * where(length.gt(0), own / length, zeros_like(length))).reshape(weight.shape);
    }
}
