using RobustnessGate.Maths;
using RobustnessGate.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace RobustnessGate.SelfTests.Canaries;

/// <summary>A function of the input as a network. Its weights are drawn from a stream of their own: the same everywhere.</summary>
internal sealed class CanaryNetwork(Func<Tensor, Tensor> forward) : INetwork
{
    public string Format => "canary";

    public bool SupportsDouble => true;

    public long Parameters => 0;

    public IReadOnlyList<long>? InputShape => null;

    public Tensor Forward(Tensor input) => forward(input);

    public void Dispose()
    {
    }

    /// <summary>Numbers in [low, high) that depend on the name alone.</summary>
    public static float[] Numbers(string name, int count, float low, float high)
    {
        var random = CounterRandom.For(0, name);
        var numbers = new float[count];
        foreach (ref var number in numbers.AsSpan())
        {
            number = low + ((high - low) * random.NextSingle());
        }

        return numbers;
    }
}

/// <summary>Z = scale·W(x − ½): on it the best perturbation in ℓ∞ and the box is known in closed form.</summary>
internal sealed record LinearModel(float[] Weights, int Classes)
{
    public int Features => Weights.Length / Classes;

    public static LinearModel Named(string name, int classes, int features) =>
        new(CanaryNetwork.Numbers($"{name} weights", classes * features, -1, 1), classes);

    /// <summary>Logits by tensors.</summary>
    public Tensor Logits(Tensor x, double scale = 1)
    {
        using var scope = NewDisposeScope();
        var w = tensor(Weights).reshape(Classes, Features).to(x.dtype).to(x.device);
        return ((x.flatten(1) - 0.5).mm(w.t()) * scale).MoveToOuterDisposeScope();
    }

    /// <summary>The class of the greatest logit, without tensors.</summary>
    public int Predict(ReadOnlySpan<float> x)
    {
        var (best, most) = (0, double.NegativeInfinity);
        for (var k = 0; k < Classes; k++)
        {
            var logit = 0.0;
            for (var j = 0; j < Features; j++)
            {
                logit += Weights[(k * Features) + j] * (x[j] - 0.5);
            }

            (best, most) = logit > most ? (k, logit) : (best, most);
        }

        return best;
    }

    /// <summary>Whether a sample withstands everything in the ball in ℓ2: (Z_t − Z_i)/‖w‖₂ &gt; ε for every other class.</summary>
    public bool IsRobustInBall(ReadOnlySpan<float> x, int label, double epsilon)
    {
        for (var k = 0; k < Classes; k++)
        {
            var (lead, squares) = (0.0, 0.0);
            for (var j = 0; j < Features; j++)
            {
                var w = (double)Weights[(label * Features) + j] - Weights[(k * Features) + j];
                (lead, squares) = (lead + (w * (x[j] - 0.5)), squares + (w * w));
            }

            if (k != label && !(lead > epsilon * Math.Sqrt(squares)))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Whether a sample withstands everything in the ball: Z_t − Z_i &gt; Σ|w_j|·min(ε, room_j) for every other class.</summary>
    public bool IsRobust(ReadOnlySpan<float> x, int label, double epsilon)
    {
        for (var k = 0; k < Classes; k++)
        {
            var left = k == label ? double.PositiveInfinity : 0.0;
            for (var j = 0; j < Features; j++)
            {
                var w = (double)Weights[(label * Features) + j] - Weights[(k * Features) + j];
                left += (w * (x[j] - 0.5)) - (Math.Abs(w) * Math.Min(epsilon, w > 0 ? x[j] : 1 - x[j]));
            }

            if (!(left > 0))
            {
                return false;
            }
        }

        return true;
    }
}
