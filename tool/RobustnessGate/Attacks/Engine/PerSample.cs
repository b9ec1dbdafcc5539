using TorchSharp;
using static TorchSharp.torch;

namespace RobustnessGate.Attacks.Engine;

/// <summary>
/// A tensor with one row for every sample that is still robust. The search drops rows of it as samples are broken, so that an
/// attack's state always matches the samples that are left.
/// </summary>
public sealed class PerSample : IDisposable
{
    private Tensor _value;

    private readonly ICollection<PerSample>? _among;

    /// <param name="value">(n, …); it becomes this object's own.</param>
    /// <param name="among">All that the search drops rows of; null for a tensor that no query outlives.</param>
    internal PerSample(Tensor value, ICollection<PerSample>? among = null)
    {
        (_value, _among) = (Own(value), among);
        among?.Add(this);
    }

    /// <summary>(n, …). Setting it takes ownership of the new tensor and frees the old one.</summary>
    public Tensor Value
    {
        get => _value;
        set
        {
            if (!ReferenceEquals(value, _value))
            {
                _value.Dispose();
                _value = Own(value);
            }
        }
    }

    /// <summary>Frees the tensor; the search forgets it.</summary>
    public void Dispose()
    {
        _among?.Remove(this);
        _value.Dispose();
    }

    /// <summary>Keeps some rows.</summary>
    /// <param name="index">(m) int64, m ≤ n: their positions.</param>
    internal void Keep(Tensor index) => Value = _value.index_select(0, index);

    private static Tensor Own(Tensor value) => value.DetachFromDisposeScope();
}
