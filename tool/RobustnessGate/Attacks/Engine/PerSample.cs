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

    internal PerSample(Tensor value) => _value = Own(value);

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

    public void Dispose() => _value.Dispose();

    internal void Keep(Tensor index) => Value = _value.index_select(0, index);

    private static Tensor Own(Tensor value) => value.DetachFromDisposeScope();
}
