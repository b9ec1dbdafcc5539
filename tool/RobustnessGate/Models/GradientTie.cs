using static TorchSharp.torch;

namespace RobustnessGate.Models;

/// <summary>Keeps an output differentiable where no node let a gradient through.</summary>
internal static class GradientTie
{
    /// <summary>
    /// The output, tied to the input with a zero gradient where it has none: whoever differentiates then gets zeros, which
    /// can be measured, where the engine would end the process.
    /// </summary>
    /// <param name="input">(N, …).</param>
    /// <param name="output">(N, K), made from the input.</param>
    /// <returns>The same numbers.</returns>
    public static Tensor Tied(Tensor input, Tensor output)
    {
        if (!input.requires_grad || output.requires_grad || !is_grad_enabled())
        {
            return output;
        }

        using var scope = NewDisposeScope();
        long[] onePerSample = [-1, .. Enumerable.Repeat(1L, (int)output.dim() - 1)];
        return (output + (input.flatten(1).narrow(1, 0, 1) * 0).reshape(onePerSample)).MoveToOuterDisposeScope();
    }
}
