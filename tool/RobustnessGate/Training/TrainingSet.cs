using TorchSharp;
using static TorchSharp.torch;

namespace RobustnessGate.Training;

/// <summary>Samples to learn from, in memory.</summary>
internal sealed class TrainingSet : IDisposable
{
    /// <param name="inputs">(N, …input), raw input units; the set owns it from here on.</param>
    /// <param name="labels">(N) int64; the set owns it from here on.</param>
    /// <exception cref="ArgumentException">No samples, or not as many labels as inputs.</exception>
    public TrainingSet(Tensor inputs, Tensor labels)
    {
        if (inputs.shape[0] == 0 || labels.dim() != 1 || labels.shape[0] != inputs.shape[0])
        {
            throw new ArgumentException(
                $"inputs of shape ({string.Join(", ", inputs.shape)}) with labels of shape ({string.Join(", ", labels.shape)})");
        }

        Inputs = inputs.DetachFromDisposeScope();
        Labels = labels.DetachFromDisposeScope();
    }

    /// <summary>(N, …input) in raw input units.</summary>
    public Tensor Inputs { get; }

    /// <summary>(N) int64.</summary>
    public Tensor Labels { get; }

    public int Count => (int)Labels.shape[0];

    /// <summary>The samples from <paramref name="start"/> on: views, valid as long as this set is.</summary>
    public TrainingSet Slice(int start, int count)
    {
        using var scope = NewDisposeScope();
        return new(Inputs.narrow(0, start, count), Labels.narrow(0, start, count));
    }

    /// <summary>The samples at the given positions, as new tensors in the caller's dispose scope.</summary>
    /// <param name="positions">(B) int64.</param>
    public (Tensor Inputs, Tensor Labels) At(Tensor positions) =>
        (Inputs.index_select(0, positions), Labels.index_select(0, positions));

    public void Dispose()
    {
        Inputs.Dispose();
        Labels.Dispose();
    }
}
