using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace RobustnessGate.LinearMaps;

/// <summary>The weights and the running statistics of a batch normalisation, (C) each.</summary>
/// <param name="Stabiliser">Added to a variance before its root.</param>
internal sealed record Normalisation(Tensor Weight, Tensor Bias, Tensor Mean, Tensor Variance, double Stabiliser);

/// <summary>Batch normalisation with running statistics: each channel multiplied by one number, and moved by another.</summary>
internal sealed class NormalisationStage(Normalisation values) : SymmetricStage
{
    private Tensor _spread = null!;

    public override bool Weighted => true;

    public override Tensor Share(Tensor[] changes, Tensor pushed, Tensor gradient, Tensor[] beside) =>
        (values.Weight * Channels.Sum(changes[0] * gradient).mul_(_spread)).sum();

    protected override Tensor Apply(Tensor x)
    {
        // The graph reads the statistics again on the way back; a later batch may have changed them by then.
        _spread = (values.Variance.detach() + values.Stabiliser).rsqrt();
        return F.batch_norm(x, values.Mean.detach().clone(), values.Variance.detach().clone(), values.Weight, values.Bias, false, 0, values.Stabiliser);
    }

    protected override Tensor Push(Tensor change) =>
        ThroughGraph(change)?[0] ?? change * Channels.Along(values.Weight.detach() * _spread, change);
}

/// <summary>
/// Batch normalisation with the statistics of the batch. What is differentiated is what is computed: mean and variance
/// are functions of all inputs of the batch, in the derivative and in the derivative's derivative, so that a sample's
/// gradient is that of the whole batch's value with respect to this sample. The running statistics that a pass updates
/// do not take part.
/// </summary>
/// <remarks>
/// With x̂ the normalised input, s the inverse of its spread and γ the weight, J·t = γs(t − t̄ − x̂·mean(t·x̂)); J is symmetric.
/// With P the covariance of t and g, Q = mean(t·x̂) and R = mean(g·x̂), ⟨J·t, g⟩ = γsN(P − QR), whose derivative with
/// respect to x is −γs²(x̂(P − 3QR) + R(t − t̄) + Q(g − ḡ)).
/// </remarks>
/// <param name="momentum">Share of this batch in the running statistics.</param>
internal sealed class BatchNormalisationStage(Normalisation values, double momentum) : SymmetricStage
{
    private Tensor _mean = null!;
    private Tensor _spread = null!;
    private Tensor _changes = null!;
    private Tensor _change = null!;

    public override bool Weighted => true;

    public override bool Curved => true;

    /// <remarks>The gradients of weight and bias are the sums Σ g·x̂ and Σ g.</remarks>
    public override Tensor[] Beside => [values.Weight, values.Bias];

    public override Tensor Share(Tensor[] changes, Tensor pushed, Tensor gradient, Tensor[] beside)
    {
        using var frozen = no_grad();
        var change = changes[0];
        var count = change.numel() / change.shape[1];
        var (q, meanChange) = (_changes / count, _change / count);
        var (r, meanGradient) = (beside[0] / count, beside[1] / count);
        var p = Channels.Mean(change * gradient) - (meanChange * meanGradient);
        var factor = values.Weight.detach() * _spread * _spread;
        var (byChange, byGradient, byInput) = (-factor * r, -factor * q, -factor * _spread * (p - (3 * q * r)));
        // Each channel multiplied and moved by a number, in one go.
        var input = F.batch_norm(
            Input.detach(), _mean, ones_like(_mean), byInput, -((byChange * meanChange) + (byGradient * meanGradient)), false, 0, 0);
        input.addcmul_(change, Channels.Along(byChange, change), 1).addcmul_(gradient, Channels.Along(byGradient, change), 1);
        var weight = _spread * (p - (q * r)) * count;
        using var graph = enable_grad();
        return Dot(Input, input) + Dot(values.Weight, weight);
    }

    protected override Tensor Apply(Tensor x)
    {
        // With a momentum of one, what is kept is this batch's own; its variance is divided by N − 1 there.
        var (mean, variance) = (zeros_like(values.Mean), zeros_like(values.Variance));
        var output = F.batch_norm(x, mean, variance, values.Weight, values.Bias, true, 1, values.Stabiliser);
        using var frozen = no_grad();
        var count = x.numel() / x.shape[1];
        values.Mean.mul_(1 - momentum).add_(mean, momentum);
        values.Variance.mul_(1 - momentum).add_(variance, momentum);
        (_mean, _spread) = (mean, (variance * ((count - 1.0) / count) + values.Stabiliser).rsqrt_());
        return output;
    }

    /// <remarks>The gradients of weight and bias, which come along, are the sums Σ t·x̂ and Σ t.</remarks>
    protected override Tensor Push(Tensor change)
    {
        var found = ThroughGraph(change, values.Weight, values.Bias)
            ?? throw new InvalidOperationException("statistics of a batch are differentiated through the graph of their pass");
        (_changes, _change) = (found[1], found[2]);
        return found[0];
    }
}

/// <summary>Sums over all but the channels, and numbers for each channel.</summary>
internal static class Channels
{
    /// <summary>(N, C, …) → (C).</summary>
    public static Tensor Sum(Tensor values) => values.sum(Others(values));

    /// <summary>(N, C, …) → (C).</summary>
    public static Tensor Mean(Tensor values) => values.mean(Others(values));

    /// <summary>(C) → (1, C, …), with as many dimensions as another.</summary>
    public static Tensor Along(Tensor values, Tensor like) =>
        values.reshape([1, -1, .. Enumerable.Repeat(1L, (int)like.dim() - 2)]);

    private static long[] Others(Tensor values) => [0, .. Enumerable.Range(2, (int)values.dim() - 2).Select(i => (long)i)];
}
