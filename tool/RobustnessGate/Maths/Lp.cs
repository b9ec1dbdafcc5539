using RobustnessGate.Policies;
using TorchSharp;
using static TorchSharp.torch;

namespace RobustnessGate.Maths;

/// <summary>Norms, projections and steepest directions in ℓp, a row of a batch at a time. Shapes are (N, …).</summary>
public static class Lp
{
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
            _ => flat.ne(0).sum(1, type: rows.dtype),
        };
        return value.MoveToOuterDisposeScope();
    }

    /// <summary>(N) shaped to broadcast over rows of the shape of <paramref name="like"/>.</summary>
    public static Tensor PerRow(Tensor values, Tensor like)
    {
        var shape = new long[like.dim()];
        Array.Fill(shape, 1);
        shape[0] = values.shape[0];
        return values.reshape(shape);
    }

    /// <summary>Rows of a perturbation pulled back into the ball of radius ε: the nearest point of it, in ℓ∞ and ℓ2.</summary>
    public static Tensor Project(Tensor perturbation, double epsilon, Norm norm)
    {
        using var scope = NewDisposeScope();
        var inside = norm switch
        {
            Norm.Linf => perturbation.clamp(-epsilon, epsilon),
            Norm.L2 => perturbation * PerRow((epsilon / Of(perturbation, Norm.L2).clamp_min(1e-30)).clamp_max(1), perturbation),
            _ => throw new ArgumentException($"no projection onto the {norm.Name()} ball"),
        };
        return inside.MoveToOuterDisposeScope();
    }

    /// <summary>
    /// The direction of unit norm along which a linear function of this gradient grows fastest: its signs in ℓ∞,
    /// itself at unit length in ℓ2. A zero gradient gives the zero direction, never NaN.
    /// </summary>
    public static Tensor SteepestAscent(Tensor gradient, Norm norm)
    {
        using var scope = NewDisposeScope();
        var direction = norm switch
        {
            Norm.Linf => gradient.sign(),
            // Scaled by the greatest entry first: squares of float32 gradients below 1e-19 would vanish.
            Norm.L2 => Unit(gradient / PerRow(Of(gradient, Norm.Linf).clamp_min(1e-38), gradient)),
            _ => throw new ArgumentException($"no single steepest direction in {norm.Name()}"),
        };
        return direction.MoveToOuterDisposeScope();
    }

    private static Tensor Unit(Tensor rows) => rows / PerRow(Of(rows, Norm.L2).clamp_min(1e-30), rows);
}
