using RobustnessGate.Maths;
using RobustnessGate.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace RobustnessGate.Surfaces;

/// <summary>
/// Directions in parameter space, normalised filter by filter (Li et al. 2018, "Visualizing the loss landscape of neural
/// nets", Section 4): each filter of a direction has the norm of the weights' own filter, so that scales between layers,
/// which change nothing, change no picture. A filter is what the first dimension of a tensor counts: an output channel of a
/// convolution, an output of a dense layer stored as (out, in). Tensors of one dimension (biases, scale and shift of
/// normalisations) stay as they are, as there.
/// </summary>
internal static class WeightDirections
{
    /// <summary>α and β, each a tensor for each of the network's weights, in their order.</summary>
    /// <param name="inputs">(N, …) over whose mean objective adversarial directions climb.</param>
    /// <param name="labels">(N) int64.</param>
    /// <exception cref="NoDirectionException">A gradient is zero.</exception>
    public static (Tensor[] X, Tensor[] Y) Of(ITrainable network, Tensor inputs, Tensor labels, SurfaceSetting setting)
    {
        using var scope = NewDisposeScope();
        var (x, y) = (Raw(setting.X, "x"), Raw(setting.Y, "y"));
        x = Each(x, y, setting.X == DirectionKind.Orthogonal);
        y = Each(y, x, setting.Y == DirectionKind.Orthogonal);
        return ([.. x.Select(part => part.MoveToOuterDisposeScope())], [.. y.Select(part => part.MoveToOuterDisposeScope())]);

        Tensor[] Raw(DirectionKind kind, string axis) => kind.IsAdversarial()
            ? Adversarial(network, inputs, labels, kind)
            : [.. network.Weights.Select((weight, at) => Random(CounterRandom.For(setting.Seed, "surface weights " + axis, (ulong)at), weight.Value))];

        Tensor[] Each(Tensor[] direction, Tensor[] other, bool orthogonal) =>
        [
            .. network.Weights.Select((weight, at) =>
                Normalised(orthogonal ? Remainder(direction[at], other[at]) : direction[at], weight.Value.detach())),
        ];
    }

    private static Tensor[] Adversarial(ITrainable network, Tensor inputs, Tensor labels, DirectionKind kind)
    {
        var total = Objectives.Of(kind, network.Logits(inputs), labels).mean();
        var gradients = InputGradient.OfAll(total, [.. network.Weights.Select(weight => weight.Value)]);
        return gradients.Any(gradient => gradient.abs().max().to(ScalarType.Float64).item<double>() > 0)
            ? gradients : throw new NoDirectionException($"the gradient behind '{kind.Name()}' is zero or no number");
    }

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
        if (direction.dim() < 2)
        {
            return direction;
        }

        var (rows, others) = (direction.flatten(1), other.flatten(1));
        var share = (rows * others).sum(1, keepdim: true) / (others * others).sum(1, keepdim: true).clamp_min(1e-30);
        return (rows - (others * share)).reshape(direction.shape);
    }

    private static Tensor Normalised(Tensor direction, Tensor weight)
    {
        if (weight.dim() < 2)
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
