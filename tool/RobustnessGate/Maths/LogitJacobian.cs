using TorchSharp;
using static TorchSharp.torch;

namespace RobustnessGate.Maths;

/// <summary>∂Z/∂x: logits differentiated at inputs, as batches with a copy of an input for each logit.</summary>
public static class LogitJacobian
{
    /// <param name="logits">(n, …) → (n, K), differentiable.</param>
    /// <param name="input">(1, …).</param>
    /// <param name="classes">K.</param>
    /// <param name="batch">Most copies in one batch.</param>
    /// <returns>The logits (K) and the Jacobian (K, d), of the input's type.</returns>
    public static (Tensor Logits, Tensor Jacobian) At(Func<Tensor, Tensor> logits, Tensor input, int classes, int batch)
    {
        using var scope = NewDisposeScope();
        var all = Enumerable.Range(0, classes).Select(i => (0, i)).ToArray();
        Tensor values;
        using (no_grad())
        {
            values = logits(input).select(0, 0);
        }

        var parts = all.Chunk(batch).Select(pairs => Rows(logits, input, pairs)).ToArray();
        return (values.MoveToOuterDisposeScope(), cat(parts, 0).MoveToOuterDisposeScope());
    }

    /// <summary>One row for each pair of a point and a class: ∂Z_class/∂x there.</summary>
    /// <param name="logits">(n, …) → (n, K), differentiable.</param>
    /// <param name="points">(P, …).</param>
    /// <param name="pairs">Position of a point and a class; all are one batch.</param>
    /// <returns>(n, d), of the points' type.</returns>
    public static Tensor Rows(Func<Tensor, Tensor> logits, Tensor points, IReadOnlyList<(int Point, int Class)> pairs)
    {
        using var scope = NewDisposeScope();
        var where = tensor(pairs.Select(pair => (long)pair.Point).ToArray(), device: points.device);
        var which = tensor(pairs.Select(pair => (long)pair.Class).ToArray(), device: points.device);
        var copies = points.index_select(0, where).detach().requires_grad_();
        var own = logits(copies).gather(1, which.unsqueeze(1));
        return InputGradient.Of(own.sum(), copies).flatten(1).MoveToOuterDisposeScope();
    }
}
