using RobustnessGate.Policies;
using TorchSharp;
using static TorchSharp.torch;

namespace RobustnessGate.Training;

/// <summary>Gradients with respect to inputs and weights: the one place where training calls <c>autograd.grad</c>.</summary>
/// <remarks>
/// A native error inside that call ends the process instead of throwing. So everything that could raise one is checked
/// or given here: <c>requires_grad</c> of both ends, <c>allow_unused</c>, and <c>retain_graph</c> beside
/// <c>create_graph</c>, which does not imply it in TorchSharp.
/// </remarks>
internal static class InputGradient
{
    /// <summary>Gradient of each sample's value with respect to its own input.</summary>
    /// <param name="values">(N): one value a sample, each depending on its own input alone.</param>
    /// <param name="x">(N, …input), a leaf that requires a gradient.</param>
    /// <param name="differentiable">Whether the result can itself be differentiated (double backpropagation).</param>
    /// <returns>(N, …input); zero where a value does not depend on the input.</returns>
    public static Tensor Of(Tensor values, Tensor x, bool differentiable)
    {
        using var scope = NewDisposeScope();
        var gradient = Gradients(values.sum(), [x], retain: differentiable, create: differentiable)[0];
        return (gradient ?? zeros_like(x)).MoveToOuterDisposeScope();
    }

    /// <summary>Norm of each sample's gradient.</summary>
    /// <param name="gradient">(N, …input).</param>
    /// <returns>(N), differentiable; the derivative at a zero gradient is taken as 0.</returns>
    public static Tensor Norms(Tensor gradient, Norm norm)
    {
        using var scope = NewDisposeScope();
        var flat = gradient.flatten(1);
        var norms = norm switch
        {
            Norm.L1 => flat.abs().sum(1),
            Norm.L2 => linalg.vector_norm(flat, 2, [1]),
            Norm.Linf => flat.abs().amax(1),
            _ => throw new ArgumentOutOfRangeException(nameof(norm), norm, "a gradient is measured in l1, l2 or linf"),
        };
        return norms.MoveToOuterDisposeScope();
    }

    /// <summary>Gradient of a loss with respect to weights; zero for a weight that the loss does not depend on.</summary>
    /// <remarks>Frees the graph. Asking for these alone spares the pass to the input that <c>backward()</c> would make.</remarks>
    public static Tensor[] OfWeights(Tensor loss, IReadOnlyList<Tensor> weights)
    {
        using var scope = NewDisposeScope();
        var gradients = Gradients(loss, weights, retain: false, create: false);
        return [.. gradients.Select((gradient, i) => (gradient ?? zeros_like(weights[i])).MoveToOuterDisposeScope())];
    }

    private static Tensor?[] Gradients(Tensor scalar, IReadOnlyList<Tensor> inputs, bool retain, bool create)
    {
        if (!scalar.requires_grad || inputs.Any(input => !input.requires_grad))
        {
            throw new InvalidOperationException("a gradient was asked for where no graph was recorded");
        }

        var gradients = autograd.grad([scalar], [.. inputs], retain_graph: retain, create_graph: create, allow_unused: true);
        return [.. gradients.Select(gradient => gradient is null || gradient.IsInvalid ? null : gradient)];
    }
}
