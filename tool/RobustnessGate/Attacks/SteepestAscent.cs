using RobustnessGate.Attacks.Engine;
using RobustnessGate.Maths;
using TorchSharp;
using static TorchSharp.torch;

namespace RobustnessGate.Attacks;

/// <summary>How many steps, and how long each is.</summary>
/// <param name="Count">Number of steps.</param>
/// <param name="Size">Length in raw input units; null for <paramref name="RelativeSize"/>.</param>
/// <param name="RelativeSize">Length in radii; null for 2.5 / count, which can cross the ball and come back.</param>
/// <param name="Decreasing">Whether steps shrink linearly to 1/count of their length.</param>
internal sealed record Steps(int Count, double? Size = null, double? RelativeSize = null, bool Decreasing = false)
{
    /// <summary>Moves points along a direction, by a length in raw input units.</summary>
    /// <param name="search">Whose radius counts. Where a box is the limit each feature has one of its own: half its width.</param>
    /// <param name="points">(n, …), changed in place.</param>
    /// <param name="direction">(n, …).</param>
    /// <param name="step">Steps made before.</param>
    public void Follow(Search search, Tensor points, Tensor direction, int step)
    {
        var share = Decreasing ? (double)(Count - step) / Count : 1;
        if (Size is { } size)
        {
            points.add_(direction, alpha: size * share);
            return;
        }

        search.Reach.Advance(points, direction, (RelativeSize ?? 2.5 / Count) * share);
    }
}

/// <summary>The iteration that fgsm, bim, cw-linf and pgd share: steps along the steepest direction.</summary>
internal static class SteepestAscent
{
    /// <summary>Share of the features that one step in ℓ1 moves: the single steepest one makes no headway against a box.</summary>
    private const double FeaturesOfAnL1Step = 0.05;

    /// <summary>Runs the steps and concludes.</summary>
    /// <param name="search">Whose samples.</param>
    /// <param name="points">(n, …) tracked: the start, moved in place.</param>
    /// <param name="objective">What to climb.</param>
    /// <param name="steps">How many, and how long.</param>
    public static void Run(Search search, PerSample points, Objective objective, Steps steps)
    {
        for (var step = 0; step < steps.Count && search.Any; step++)
        {
            using var scope = NewDisposeScope();
            var gradient = search.Observe(points, [objective]).Gradient;
            steps.Follow(search, points.Value, Direction(search, points, gradient), step);
        }

        if (search.Any)
        {
            search.Conclude(points);
        }
    }

    private static Tensor Direction(Search search, PerSample points, Tensor gradient)
    {
        switch (search.Reach.Norm)
        {
            case Norm.Linf:
                return gradient.sign_();
            case Norm.L1:
                // A feature at its bound cannot move further: its slope would only waste the step.
                var blocked = search.Reach.Blocked(points.Value, gradient);
                var features = gradient.numel() / Math.Max(1, gradient.shape[0]);
                return Lp.Spread(gradient.masked_fill(blocked, 0), (long)Math.Ceiling(FeaturesOfAnL1Step * features));
            default:
                return Lp.SteepestAscent(gradient, search.Reach.Norm);
        }
    }
}
