using static TorchSharp.torch;

namespace RobustnessGate.Attacks.Engine;

/// <summary>A model as a search asks it: in batches of one fixed size, with the gradient where it is wanted.</summary>
internal interface IQueriedModel
{
    /// <summary>Work that looks at the batch's size each time, again and again in smaller batches until memory suffices.</summary>
    T Fitting<T>(Func<T> work);

    /// <summary>Slices of at most a batch that cover a number of rows.</summary>
    IEnumerable<Slice> Slices(long rows);

    /// <summary>(n ≤ batch, …) → (batch, …): the first row again and again behind the last.</summary>
    Tensor Pad(Tensor rows);

    /// <summary>(batch, …) float32 in raw input units → logits (batch, K), with a graph where the batch asks for gradients.</summary>
    Tensor Forward(Tensor batch);
}
