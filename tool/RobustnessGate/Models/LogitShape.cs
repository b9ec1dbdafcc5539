using RobustnessGate.Diagnostics;
using RobustnessGate.Models.Onnx;
using static TorchSharp.torch;

namespace RobustnessGate.Models;

/// <summary>Brings the outputs of classifiers into the one form that everything else expects: (N, K) with K ≥ 2.</summary>
internal static class LogitShape
{
    /// <summary>
    /// (N, K, 1, …) → (N, K), as networks that end in a convolution answer; (N, 1) → (N, 2) with a first logit of 0, so that
    /// the sign of a binary network's single logit decides. Anything else stays for the checks to refuse.
    /// </summary>
    public static Tensor Of(Tensor output)
    {
        var flat = output.dim() > 2 && output.shape.Skip(2).All(size => size == 1) ? output.flatten(1) : output;
        return flat.shape is [_, 1] ? cat([zeros_like(flat), flat], 1) : flat;
    }

    /// <summary>The shape that <see cref="Of(Tensor)"/> gives to an output of this shape.</summary>
    public static long[] Of(IReadOnlyList<long> output)
    {
        var flat = output.Count > 2 && output.Skip(2).All(size => size == 1) ? output.Take(2).ToArray() : [.. output];
        return flat is [var count, 1] ? [count, 2] : flat;
    }

    /// <summary>Number of classes; 0 where the output is not that of a classifier.</summary>
    public static long Classes(IReadOnlyList<long> output) => Of(output) is [_, var classes] ? classes : 0;

    /// <summary>Passes floating-point outputs through, of any shape.</summary>
    /// <param name="display">What messages call the file.</param>
    /// <exception cref="MistakeException">RG0409: the network answers with labels or truth values.</exception>
    public static Tensor Floating(Tensor output, string display) => ElementTypes.IsFloat(output.dtype)
        ? output
        : throw MistakeException.InFile("RG0409", display,
            $"the network answers with {output.dtype} numbers, not with logits; a label has no gradient. Export the part up to the logits.");
}
