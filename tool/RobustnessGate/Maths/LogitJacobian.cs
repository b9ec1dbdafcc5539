using TorchSharp;
using static TorchSharp.torch;

namespace RobustnessGate.Maths;

/// <summary>∂Z/∂x: all logits differentiated at one input, as one batch with a copy of the input for each class.</summary>
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
        var rows = new List<Tensor>();
        Tensor? values = null;
        for (var first = 0; first < classes; first += batch)
        {
            using var chunk = NewDisposeScope();
            var count = Math.Min(batch, classes - first);
            var copies = input.expand([count, .. input.shape[1..]]).clone().detach().requires_grad_();
            var z = logits(copies);
            var own = z.gather(1, arange(first, first + count, dtype: ScalarType.Int64, device: input.device).unsqueeze(1));
            rows.Add(InputGradient.Of(own.sum(), copies).flatten(1).MoveToOuterDisposeScope());
            values ??= z.select(0, 0).detach().clone().MoveToOuterDisposeScope();
        }

        return (values!.MoveToOuterDisposeScope(), cat(rows, 0).MoveToOuterDisposeScope());
    }
}
