using TorchSharp;
using static TorchSharp.torch;

namespace RobustnessGate.Maths;

/// <summary>
/// ∂Z/∂x at some inputs: one forward pass, whose graph is kept, and a backward pass for each logit. Copies of the input
/// for all logits at once would take as many forward passes, and the memory of as many graphs.
/// </summary>
/// <remarks>Made inside a dispose scope and valid as long as that.</remarks>
internal sealed class LogitJacobian
{
    private readonly Tensor _points;
    private readonly Tensor _logits;

    /// <param name="logits">(n, …) → (n, K), differentiable, row by row.</param>
    /// <param name="points">(P, …).</param>
    public LogitJacobian(Func<Tensor, Tensor> logits, Tensor points)
    {
        _points = points.clone().detach().requires_grad_();
        _logits = logits(_points);
        Logits = _logits.detach();
    }

    /// <summary>(P, K).</summary>
    public Tensor Logits { get; }

    /// <summary>∂Z/∂x of some classes: (P, k, d), of the points' type.</summary>
    public Tensor Rows(IEnumerable<int> classes)
    {
        using var scope = NewDisposeScope();
        var rows = classes.Select(c => InputGradient.Of(_logits.select(1, c).sum(), _points, GraphUse.Keep).flatten(1)).ToArray();
        return stack(rows, 1).MoveToOuterDisposeScope();
    }

    /// <summary>All of it at one input.</summary>
    /// <param name="logits">(n, …) → (n, K).</param>
    /// <param name="input">(1, …).</param>
    /// <returns>The logits (K) and the Jacobian (K, d).</returns>
    public static (Tensor Logits, Tensor Jacobian) At(Func<Tensor, Tensor> logits, Tensor input)
    {
        using var scope = NewDisposeScope();
        var found = new LogitJacobian(logits, input);
        var rows = found.Rows(Enumerable.Range(0, (int)found.Logits.shape[1]));
        return (found.Logits.select(0, 0).MoveToOuterDisposeScope(), rows.select(0, 0).MoveToOuterDisposeScope());
    }
}
