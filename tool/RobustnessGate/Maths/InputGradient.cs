using TorchSharp;
using static TorchSharp.torch;

namespace RobustnessGate.Maths;

/// <summary>
/// The one place that calls <c>autograd.grad</c>. A failure inside it ends the process instead of throwing, so what
/// can fail is checked before: that the graph reaches the input, and that unused inputs are allowed.
/// </summary>
internal static class InputGradient
{
    /// <summary>∂total/∂input, shaped like the input; zeros where the total does not depend on it.</summary>
    /// <param name="total">A scalar.</param>
    /// <param name="input">A tensor that the total was computed from, in a graph.</param>
    /// <param name="use">What becomes of the graph.</param>
    public static Tensor Of(Tensor total, Tensor input, GraphUse use = GraphUse.Free) =>
        total.requires_grad && input.requires_grad ? Gradients(total, [input], use)[0] : zeros_like(input);

    /// <summary>The gradient with respect to each of several tensors: a network's weights, or what its layers give.</summary>
    /// <param name="total">A scalar.</param>
    /// <param name="inputs">Tensors that require a gradient.</param>
    /// <param name="use">What becomes of the graph.</param>
    /// <remarks>Spares the pass to the input that <c>backward()</c> would make where the input requires a gradient too.</remarks>
    /// <exception cref="ArgumentException">No graph leads from the total to tensors that require a gradient.</exception>
    public static Tensor[] OfAll(Tensor total, IReadOnlyList<Tensor> inputs, GraphUse use = GraphUse.Free) =>
        total.requires_grad && inputs.All(input => input.requires_grad)
            ? Gradients(total, inputs, use)
            : throw new ArgumentException("a gradient is asked for where no graph was recorded");

    /// <summary>A gradient at an output, led back to tensors that it was computed from; the graph is kept.</summary>
    /// <param name="output">In a graph.</param>
    /// <param name="inputs">Tensors that require a gradient.</param>
    /// <param name="gradient">Shaped like the output.</param>
    public static Tensor[] Through(Tensor output, IReadOnlyList<Tensor> inputs, Tensor gradient) =>
        output.requires_grad && inputs.All(input => input.requires_grad)
            ? [.. autograd.grad([output], [.. inputs], [gradient], retain_graph: true, allow_unused: true)
                .Select((found, i) => found is null || found.IsInvalid ? zeros_like(inputs[i]) : found)]
            : throw new ArgumentException("a gradient is asked for where no graph was recorded");

    private static Tensor[] Gradients(Tensor total, IReadOnlyList<Tensor> inputs, GraphUse use)
    {
        // Unlike Python's, this create_graph does not imply retain_graph.
        var gradients = autograd.grad(
            [total], [.. inputs], retain_graph: use != GraphUse.Free, create_graph: use == GraphUse.Differentiate, allow_unused: true);
        return [.. gradients.Select((gradient, i) => gradient is null || gradient.IsInvalid ? zeros_like(inputs[i]) : gradient)];
    }
}

/// <summary>What happens to the graph behind a gradient.</summary>
internal enum GraphUse
{
    /// <summary>It is freed: nothing more is asked of it.</summary>
    Free,

    /// <summary>It is kept for another total.</summary>
    Keep,

    /// <summary>The gradient gets a graph of its own, to be differentiated again.</summary>
    Differentiate,
}
