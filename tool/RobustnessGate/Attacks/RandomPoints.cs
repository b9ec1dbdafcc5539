using RobustnessGate.Evaluation;
using RobustnessGate.Maths;
using RobustnessGate.Policies;
using TorchSharp;
using static TorchSharp.torch;

namespace RobustnessGate.Attacks;

/// <summary>Random starting points.</summary>
internal static class RandomPoints
{
    /// <summary>
    /// One tracked point for each standing sample, uniform in the ball and then pulled into the box by the first query.
    /// In ℓ2 that is a normal direction at a radius of density r^(d−1).
    /// </summary>
    /// <param name="pursuit">Whose samples.</param>
    /// <param name="run">Names the noise: other runs draw other points.</param>
    public static Rows InRegion(Pursuit pursuit, int run)
    {
        using var scope = NewDisposeScope();
        if (pursuit.Norm == Norm.Linf)
        {
            return double.IsNaN(pursuit.Epsilon)
                ? pursuit.Track(pursuit.Low + ((pursuit.High - pursuit.Low) * (pursuit.Uniform(run) + 1) / 2))
                : pursuit.Track(pursuit.Clean + (pursuit.Epsilon * pursuit.Uniform(run)));
        }

        var normal = pursuit.Normal(run);
        var dimension = normal.numel() / Math.Max(1, normal.shape[0]);
        var share = ((pursuit.Uniform(run, step: 1).flatten(1).select(1, 0) + 1) / 2).pow(1.0 / dimension);
        var direction = Lp.SteepestAscent(normal, Norm.L2);
        return pursuit.Track(pursuit.Clean + (pursuit.Epsilon * direction * Lp.PerRow(share, normal)));
    }
}
