using TorchSharp;
using static TorchSharp.torch;

namespace RobustnessGate.Maths;

/// <summary>Nearest points of hyperplanes within a box (Croce and Hein 2020, "Minimally distorted adversarial examples", Section 3.2).</summary>
internal static class Hyperplane
{
    /// <summary>
    /// The shortest step from each point to {z : w·z = b} that stays in the box; where the box does not reach it, the
    /// step to the box's point that comes closest.
    /// </summary>
    /// <param name="points">(N, d), in the box.</param>
    /// <param name="normals">(N, d): w.</param>
    /// <param name="offsets">(N): b.</param>
    /// <param name="low">(N, d).</param>
    /// <param name="high">(N, d).</param>
    /// <param name="norm">ℓ∞, ℓ2 or ℓ1.</param>
    /// <returns>(N, d): the step.</returns>
    public static Tensor StepTo(Tensor points, Tensor normals, Tensor offsets, Tensor low, Tensor high, Norm norm)
    {
        using var scope = NewDisposeScope();
        var excess = (normals * points).sum(1) - offsets;
        // Turned round where needed, so that w·z must always fall by a positive amount.
        var w = normals * excess.sign().unsqueeze(1);
        var needed = excess.abs().unsqueeze(1);
        var weight = w.abs();
        var room = where(w.gt(0), points - low, high - points).clamp_min(0);
        var length = norm switch
        {
            Norm.Linf => WaterLevel(ones_like(weight), weight, room, needed),
            Norm.L2 => WaterLevel(weight, weight, room, needed),
            Norm.L1 => Greedy(weight, room, needed),
            _ => throw new ArgumentException($"no projection in {norm.Name()}"),
        };
        return (-w.sign() * length).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// Feature j moves min(τ·speed_j, room_j), with τ such that Σ weight_j·(that) is what is needed: exact, since the sum
    /// is piecewise linear in τ with a kink wherever a feature meets the box.
    /// </summary>
    private static Tensor WaterLevel(Tensor speed, Tensor weight, Tensor room, Tensor needed)
    {
        using var scope = NewDisposeScope();
        var moving = speed.gt(0).logical_and(weight.gt(0));
        var kink = where(moving, room / speed.clamp_min(1e-38), zeros_like(room));
        var (level, order) = kink.sort(1);
        var rate = (speed * weight).masked_fill(moving.logical_not(), 0).gather(1, order);
        var settled = (weight * room).masked_fill(moving.logical_not(), 0).gather(1, order).cumsum(1);
        // Rate of all features that still move at each kink and beyond it.
        var remaining = (rate.sum(1, keepdim: true) - rate.cumsum(1)).clamp_min(0);
        var reached = settled + (remaining * level);
        var passed = reached.lt(needed).sum(1, keepdim: true);
        var before = (passed - 1).clamp_min(0);
        var last = level.shape[1] - 1;
        var start = where(passed.gt(0), settled.gather(1, before), zeros_like(needed));
        var slope = where(passed.gt(0), remaining.gather(1, before), rate.sum(1, keepdim: true));
        var tau = where(passed.gt(last), full_like(needed, double.PositiveInfinity), (needed - start) / slope.clamp_min(1e-38));
        return minimum(where(moving, speed * tau.clamp_min(0), zeros_like(room)), where(moving, room, zeros_like(room)))
            .nan_to_num(0).MoveToOuterDisposeScope();
    }

    /// <summary>In ℓ1 the heaviest features go first, each as far as it can.</summary>
    private static Tensor Greedy(Tensor weight, Tensor room, Tensor needed)
    {
        using var scope = NewDisposeScope();
        var (sorted, order) = weight.sort(1, descending: true);
        // Without bounds the room is infinite: nothing is subtracted from it, nor is it weighed by zero.
        var gain = (sorted * room.gather(1, order)).masked_fill(sorted.le(0), 0);
        var before = cat([zeros_like(gain.narrow(1, 0, 1)), gain.cumsum(1).narrow(1, 0, gain.shape[1] - 1)], 1);
        var still = (needed - before).clamp_min(0);
        var step = minimum(still / sorted.clamp_min(1e-38), room.gather(1, order)).masked_fill(sorted.le(0), 0);
        return zeros_like(step).scatter(1, order, step).MoveToOuterDisposeScope();
    }
}
