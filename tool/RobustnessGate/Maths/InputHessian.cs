using TorchSharp;
using static TorchSharp.torch;

namespace RobustnessGate.Maths;

/// <summary>
/// The Hessian of a function with respect to the input of one sample, through products with vectors. The graph of the
/// gradient is built once for a batch of copies of the input; each product is one more backward pass through it.
/// </summary>
/// <remarks>Made inside a dispose scope and valid as long as that.</remarks>
internal sealed class InputHessian
{
    private readonly Tensor _copies;
    private readonly Tensor _gradient;

    /// <param name="value">(n, …) → (n): the function, twice differentiable, row by row.</param>
    /// <param name="input">(1, …).</param>
    /// <param name="width">How many vectors one product takes.</param>
    public InputHessian(Func<Tensor, Tensor> value, Tensor input, int width)
    {
        Width = width;
        Dimension = input.numel();
        _copies = input.expand([width, .. input.shape[1..]]).clone().detach().requires_grad_();
        _gradient = InputGradient.Of(value(_copies).sum(), _copies, GraphUse.Differentiate).flatten(1);
    }

    public int Width { get; }

    /// <summary>d.</summary>
    public long Dimension { get; }

    /// <summary>Hv for each row v: (<see cref="Width"/>, d) → the same shape.</summary>
    public Tensor Times(Tensor vectors)
    {
        using var scope = NewDisposeScope();
        return InputGradient.Of((_gradient * vectors).sum(), _copies, GraphUse.Keep).flatten(1).detach().MoveToOuterDisposeScope();
    }

    /// <summary>All of it: (d, d), symmetrised, since rounding leaves the two halves a few ulps apart.</summary>
    /// <param name="value">(n, …) → (n).</param>
    /// <param name="input">(1, …).</param>
    /// <param name="width">Columns at a time: 32 to 64 stay in the processor's cache.</param>
    public static Tensor Full(Func<Tensor, Tensor> value, Tensor input, int width = 32)
    {
        using var scope = NewDisposeScope();
        var d = input.numel();
        var columns = (int)Math.Min(width, d);
        var hessian = empty(d, d, dtype: input.dtype, device: input.device);
        var products = new InputHessian(value, input, columns);
        for (var start = 0L; start < d; start += columns)
        {
            using var chunk = NewDisposeScope();
            // The last block overlaps the one before: every product has the same width.
            var first = Math.Min(start, d - columns);
            var which = arange(first, first + columns, dtype: ScalarType.Int64, device: input.device);
            var basis = nn.functional.one_hot(which, d).to(input.dtype);
            hessian.narrow(0, first, columns).copy_(products.Times(basis));
        }

        return ((hessian + hessian.t()) / 2).MoveToOuterDisposeScope();
    }
}
