using TorchSharp;
using static TorchSharp.torch;

namespace RobustnessGate.Maths;

/// <summary>Norms, projections and steepest directions in ℓp, a row of a batch at a time. Shapes are (N, …).</summary>
internal static class Lp
{
    /// <summary>Halvings after which float32 tells the ends of an interval no longer apart, with some to spare.</summary>
    private const int MantissaBits = 30;

    /// <summary>(N, …) → (N): the norm of each row.</summary>
    public static Tensor Of(Tensor rows, Norm norm)
    {
        using var scope = NewDisposeScope();
        var flat = rows.flatten(1);
        var value = norm switch
        {
            Norm.Linf => flat.abs().amax(1),
            Norm.L2 => flat.norm(1, false, 2),
            Norm.L1 => flat.abs().sum(1),
            Norm.L0 => flat.ne(0).sum(1, type: rows.dtype),
            _ => throw new ArgumentOutOfRangeException(nameof(norm), norm, "unknown norm"),
        };
        return value.MoveToOuterDisposeScope();
    }

    /// <summary>The norm in which a gradient is measured against perturbations of another: 1/p + 1/q = 1.</summary>
    public static Norm Dual(Norm norm) => norm switch
    {
        Norm.Linf => Norm.L1,
        Norm.L2 => Norm.L2,
        Norm.L1 or Norm.L0 => Norm.Linf,
        _ => throw new ArgumentOutOfRangeException(nameof(norm), norm, "unknown norm"),
    };

    /// <summary>(N) shaped to broadcast over rows of the shape of <paramref name="like"/>.</summary>
    public static Tensor PerRow(Tensor values, Tensor like)
    {
        var shape = new long[like.dim()];
        Array.Fill(shape, 1);
        shape[0] = values.shape[0];
        return values.reshape(shape);
    }

    /// <summary>Rows of a perturbation pulled back into the ball of radius ε: the nearest point of it.</summary>
    /// <param name="perturbation">(N, …).</param>
    /// <param name="epsilon">(N): a radius for each row.</param>
    /// <param name="norm">In ℓ0 the radius is a number of features: the largest stay.</param>
    public static Tensor Project(Tensor perturbation, Tensor epsilon, Norm norm)
    {
        using var scope = NewDisposeScope();
        var radius = PerRow(epsilon, perturbation);
        var inside = norm switch
        {
            Norm.Linf => minimum(maximum(perturbation, -radius), radius),
            Norm.L2 => perturbation * (radius / PerRow(Of(perturbation, Norm.L2).clamp_min(1e-30), perturbation)).clamp_max(1),
            Norm.L1 => ProjectOntoL1(perturbation.flatten(1), epsilon).reshape(perturbation.shape),
            Norm.L0 => LargestFeatures(perturbation.flatten(1), epsilon).reshape(perturbation.shape),
            _ => throw new ArgumentOutOfRangeException(nameof(norm), norm, "unknown norm"),
        };
        return inside.MoveToOuterDisposeScope();
    }

    /// <summary>
    /// Points pulled into a ball around the clean samples; in ℓ1 to the nearest point of ball and box together, because a
    /// clamp after the projection leaves points far inside the ball that a step along few features could have used.
    /// </summary>
    /// <param name="points">(N, …).</param>
    /// <param name="clean">(N, …).</param>
    /// <param name="epsilon">Radius, in the points' units; in ℓ0 a number of features.</param>
    /// <param name="norm">Of the ball.</param>
    /// <param name="low">(N, …): least valid value of every feature; clean samples lie in the box.</param>
    /// <param name="high">(N, …): greatest valid value.</param>
    /// <returns>(N, …); in other norms than ℓ1 maybe outside the box.</returns>
    public static Tensor ProjectWithin(Tensor points, Tensor clean, double epsilon, Norm norm, Tensor low, Tensor high)
    {
        using var scope = NewDisposeScope();
        var perturbation = points - clean;
        if (norm == Norm.L1)
        {
            var room = where(perturbation.gt(0), high - clean, clean - low).clamp_min(0);
            return (clean + ProjectOntoL1(perturbation, room, epsilon)).MoveToOuterDisposeScope();
        }

        var radius = full([points.shape[0]], epsilon, dtype: points.dtype, device: points.device);
        return (clean + Project(perturbation, radius, norm)).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// The direction of unit norm along which a linear function of this gradient grows fastest: its signs in ℓ∞, itself
    /// at unit length in ℓ2, its greatest feature in ℓ1. A zero gradient gives the zero direction, never NaN.
    /// </summary>
    /// <param name="gradient">(N, …).</param>
    /// <param name="norm">ℓ∞, ℓ2 or ℓ1.</param>
    /// <exception cref="ArgumentException">ℓ0, which has none.</exception>
    public static Tensor SteepestAscent(Tensor gradient, Norm norm)
    {
        using var scope = NewDisposeScope();
        var direction = norm switch
        {
            Norm.Linf => gradient.sign(),
            // Scaled by the greatest entry first: squares of float32 gradients below 1e-19 would vanish.
            Norm.L2 => Unit(gradient / PerRow(Of(gradient, Norm.Linf).clamp_min(1e-38), gradient)),
            Norm.L1 => Spread(gradient, 1),
            _ => throw new ArgumentException($"no single steepest direction in {norm.Name()}"),
        };
        return direction.MoveToOuterDisposeScope();
    }

    /// <summary>The signs of the <paramref name="count"/> greatest entries of each row, together of unit ℓ1 norm.</summary>
    /// <param name="gradient">(N, …).</param>
    /// <param name="count">At least 1.</param>
    /// <returns>(N, …).</returns>
    public static Tensor Spread(Tensor gradient, long count)
    {
        using var scope = NewDisposeScope();
        var flat = gradient.flatten(1);
        var top = flat.abs().topk((int)Math.Clamp(count, 1, flat.shape[1]), 1).indexes;
        var direction = zeros_like(flat).scatter(1, top, flat.gather(1, top).sign() / count);
        return direction.reshape(gradient.shape).MoveToOuterDisposeScope();
    }

    private static Tensor Unit(Tensor rows) => rows / PerRow(Of(rows, Norm.L2).clamp_min(1e-30), rows);

    /// <summary>Euclidean projection onto the ℓ1 ball by sorting (Duchi et al. 2008, Algorithm 1).</summary>
    private static Tensor ProjectOntoL1(Tensor rows, Tensor epsilon)
    {
        using var scope = NewDisposeScope();
        var magnitude = rows.abs();
        var sorted = magnitude.sort(1, descending: true).Values;
        var excess = sorted.cumsum(1) - epsilon.unsqueeze(1);
        var count = arange(1, rows.shape[1] + 1, dtype: rows.dtype, device: rows.device);
        var kept = (sorted * count).gt(excess).sum(1, keepdim: true).clamp_min(1);
        var threshold = (excess.gather(1, kept - 1) / kept.to(rows.dtype)).clamp_min(0);
        return (rows.sign() * (magnitude - threshold).clamp_min(0)).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// Euclidean projection onto the ℓ1 ball cut by |δ_i| ≤ room_i: min(max(|δ_i| − λ, 0), room_i) with the least λ ≥ 0 that
    /// brings the sum down to ε, by bisection.
    /// </summary>
    private static Tensor ProjectOntoL1(Tensor perturbation, Tensor room, double epsilon)
    {
        using var scope = NewDisposeScope();
        var (magnitude, limit) = (perturbation.abs().flatten(1), room.flatten(1));
        Tensor Shrunk(Tensor threshold) => minimum((magnitude - threshold).clamp_min(0), limit);
        var greatest = magnitude.amax([1], keepdim: true);
        var (least, most) = (zeros_like(greatest), greatest);
        for (var halving = 0; halving < MantissaBits; halving++)
        {
            using var step = NewDisposeScope();
            var middle = (least + most) / 2;
            var inside = Shrunk(middle).sum(1, keepdim: true).le(epsilon);
            (least, most) = (where(inside, least, middle).MoveToOuterDisposeScope(), where(inside, middle, most).MoveToOuterDisposeScope());
        }

        var whole = minimum(magnitude, limit);
        var nearest = where(whole.sum(1, keepdim: true).le(epsilon), whole, Shrunk(most));
        return (perturbation.sign() * nearest.reshape(perturbation.shape)).MoveToOuterDisposeScope();
    }

    private static Tensor LargestFeatures(Tensor rows, Tensor count)
    {
        using var scope = NewDisposeScope();
        var rank = rows.abs().argsort(1, descending: true).argsort(1);
        return rows.masked_fill(rank.ge(count.unsqueeze(1)), 0).MoveToOuterDisposeScope();
    }
}
