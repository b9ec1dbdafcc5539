using TorchSharp;
using static TorchSharp.torch;

namespace RobustnessGate.Surfaces;

/// <summary>The weights of a network, moved about along two directions and put back, to the bit, when this is disposed.</summary>
internal sealed class KeptWeights : IDisposable
{
    private readonly (Tensor Now, Tensor Before)[] _weights;

    public KeptWeights(WeightedNetwork network)
    {
        using var frozen = no_grad();
        _weights = [.. network.Weights.Select(weight => (weight.Value, weight.Value.clone().DetachFromDisposeScope()))];
    }

    /// <summary>θ + i·α + j·β, tensor by tensor; at (0, 0) the very weights that were kept.</summary>
    /// <param name="alpha">α, shaped like the weights.</param>
    /// <param name="beta">β, likewise.</param>
    public void MoveTo(IReadOnlyList<Tensor> alpha, double i, IReadOnlyList<Tensor> beta, double j)
    {
        using var frozen = no_grad();
        for (var at = 0; at < _weights.Length; at++)
        {
            var (now, before) = _weights[at];
            now.copy_(before);
            now.add_(alpha[at], alpha: i);
            now.add_(beta[at], alpha: j);
        }
    }

    /// <summary>Whether any weight is another than the one that was kept.</summary>
    public bool Moved()
    {
        using var frozen = no_grad();
        using var scope = NewDisposeScope();
        return _weights.Any(weight => !weight.Now.equal(weight.Before).all().item<bool>());
    }

    public void Dispose()
    {
        using var frozen = no_grad();
        foreach (var (now, before) in _weights)
        {
            now.copy_(before);
            before.Dispose();
        }
    }
}
