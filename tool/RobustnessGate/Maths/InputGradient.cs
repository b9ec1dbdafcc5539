using TorchSharp;
using static TorchSharp.torch;

namespace RobustnessGate.Maths;

/// <summary>
/// The one place that calls <c>autograd.grad</c>. A failure inside it ends the process instead of throwing, so what
/// can fail is checked before: that the graph reaches the input, and that unused inputs are allowed.
/// </summary>
public static class InputGradient
{
    /// <summary>∂total/∂input like the other, saying what becomes of the graph.</summary>
    public static Tensor Of(Tensor total, Tensor input, GraphUse use)
    {
        if (!total.requires_grad || !input.requires_grad)
        {
            return zeros_like(input);
        }

        var gradient = autograd.grad(
            [total], [input], retain_graph: use != GraphUse.Free, create_graph: use == GraphUse.Differentiate, allow_unused: true)[0];
        return gradient is null || gradient.IsInvalid ? zeros_like(input) : gradient;
    }

    /// <summary>∂total/∂input, shaped like the input; zeros where the total does not depend on it.</summary>
    /// <param name="total">A scalar.</param>
    /// <param name="input">A leaf that requires a gradient.</param>
    /// <param name="keepGraph">Whether the gradient will be differentiated again or the graph reused.</param>
    public static Tensor Of(Tensor total, Tensor input, bool keepGraph = false)
    {
        if (!total.requires_grad || !input.requires_grad)
        {
            return zeros_like(input);
        }

        // Unlike Python's, this create_graph does not imply retain_graph.
        var gradient = autograd.grad([total], [input], retain_graph: keepGraph, create_graph: keepGraph, allow_unused: true)[0];
        return gradient is null || gradient.IsInvalid ? zeros_like(input) : gradient;
    }
}

/// <summary>What happens to the graph behind a gradient.</summary>
public enum GraphUse
{
    /// <summary>It is freed: nothing more is asked of it.</summary>
    Free,

    /// <summary>It is kept for another total.</summary>
    Keep,

    /// <summary>The gradient gets a graph of its own, to be differentiated again.</summary>
    Differentiate,
}
