using RobustnessGate.Evaluation;
using RobustnessGate.Maths;
using RobustnessGate.Policies;
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
    /// <summary>Length of a step: absolute, or in radii.</summary>
    public double Length(int step) =>
        (Size ?? RelativeSize ?? 2.5 / Count) * (Decreasing ? (double)(Count - step) / Count : 1);
}

/// <summary>The iteration that fgsm, bim, cw-linf and pgd share: steps along the steepest direction.</summary>
internal static class SteepestAscent
{
    /// <summary>Runs the steps and concludes. The points are tracked ones and are freed.</summary>
    public static void Run(Pursuit pursuit, Rows points, Loss loss, Steps steps)
    {
        for (var step = 0; step < steps.Count && pursuit.Any; step++)
        {
            using var scope = NewDisposeScope();
            // NaN is no direction: it would poison the point for good.
            var gradient = pursuit.Gradient(points, loss).nan_to_num_();
            var direction = pursuit.Norm == Norm.Linf ? gradient.sign_() : Lp.SteepestAscent(gradient, pursuit.Norm);
            var length = steps.Length(step);
            if (steps.Size is not null)
            {
                points.Value.add_(direction, length);
            }
            else if (!double.IsNaN(pursuit.Epsilon))
            {
                points.Value.add_(direction, length * pursuit.Epsilon);
            }
            else
            {
                // A box has a radius for each feature: half its width.
                points.Value.add_(direction.mul_(pursuit.High - pursuit.Low), length / 2);
            }
        }

        if (pursuit.Any)
        {
            pursuit.Conclude(points);
        }

        pursuit.Release(points);
    }
}
