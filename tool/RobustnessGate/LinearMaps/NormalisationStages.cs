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

    public override Tensor Share(Tensor[] changes, Tensor pushed, Tensor gradient) =>
        (values.Weight * Channels.Sum(changes[0] * gradient).mul_(_spread)).sum();

    protected override Tensor Apply(Tensor x)
    {
        // The graph reads the statistics again on the way back; a later batch may have changed them by then.
        _spread = (values.Variance.detach() + values.Stabiliser).rsqrt();
        return F.batch_norm(x, values.Mean.detach().clone(), values.Variance.detach().clone(), values.Weight, values.Bias, false, 0, values.Stabiliser);
    }

    protected override Tensor Push(Tensor change) => change * Channels.Along(values.Weight.detach() * _spread, change);
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
    private Tensor _centred = null!;
    private Tensor _spread = null!;

    public override bool Weighted => true;

    public override bool Curved => true;

    public override Tensor[] Bend(Tensor[] changes, Tensor gradient) => [Derivatives(changes[0], gradient).Input];

    public override Tensor Share(Tensor[] changes, Tensor pushed, Tensor gradient)
    {
        var (weight, input) = Derivatives(changes[0], gradient);
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
        _spread = (variance * ((count - 1.0) / count) + values.Stabiliser).rsqrt_();
        _centred = x.detach() - Channels.Along(mean, x);
        return output;
    }

    protected override Tensor Push(Tensor change)
    {
        var scale = values.Weight.detach() * _spread;
        var shared = Channels.Mean(change * _centred).mul_(_spread).mul_(_spread).mul_(scale);
        var pushed = change * Channels.Along(scale, change);
        return pushed.addcmul_(_centred, Channels.Along(-shared, change), 1)
            .sub_(Channels.Along(scale * Channels.Mean(change), change));
    }

    private (Tensor Weight, Tensor Input) Derivatives(Tensor change, Tensor gradient)
    {
        using var frozen = no_grad();
        var (meanChange, meanGradient) = (Channels.Mean(change), Channels.Mean(gradient));
        var p = Channels.Mean(change * gradient) - (meanChange * meanGradient);
        var q = Channels.Mean(change * _centred) * _spread;
        var r = Channels.Mean(gradient * _centred) * _spread;
        var factor = values.Weight.detach() * _spread * _spread;
        var (byChange, byGradient) = (-factor * r, -factor * q);
        var input = change * Channels.Along(byChange, change);
        input.addcmul_(gradient, Channels.Along(byGradient, change), 1);
        input.addcmul_(_centred, Channels.Along(-factor * _spread * (p - (3 * q * r)), change), 1);
        input.sub_(Channels.Along((byChange * meanChange) + (byGradient * meanGradient), change));
        return (_spread * (p - (q * r)) * (change.numel() / change.shape[1]), input);
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
