using RobustnessGate.Attacks.Engine;
using RobustnessGate.Maths;
using TorchSharp;
using static TorchSharp.torch;

namespace RobustnessGate.Attacks;

/// <summary>Random starting points.</summary>
internal static class RandomPoints
{
    /// <summary>
    /// One tracked point for each robust sample, uniform in the ball and then pulled into the box by the first query.
    /// In ℓ2 and ℓ1 that is a direction uniform on the sphere at a radius of density r^(d−1).
    /// </summary>
    /// <param name="search">Whose samples.</param>
    /// <param name="run">Names the noise: other runs draw other points.</param>
    public static PerSample InRegion(Search search, int run)
    {
        using var scope = NewDisposeScope();
        if (search.Reach.Norm == Norm.Linf)
        {
            return search.Track(search.Reach.Point(search.Uniform(run)));
        }

        var direction = search.Reach.Norm == Norm.L2
            ? Lp.SteepestAscent(search.Normal(run), Norm.L2)
            : OnTheL1Sphere(search, run);
        var dimension = direction.numel() / Math.Max(1, direction.shape[0]);
        var share = ((search.Uniform(run, step: 1).flatten(1).select(1, 0) + 1) / 2).pow(1.0 / dimension);
        return search.Track(search.Clean + (search.Reach.Radius * direction * Lp.PerRow(share, direction)));
    }

    /// <summary>Laplace numbers divided by their ℓ1 norm: their logarithms' spacings are uniform on the sphere.</summary>
    private static Tensor OnTheL1Sphere(Search search, int run)
    {
        var uniform = search.Uniform(run);
        var laplace = uniform.sign() * (1 - uniform.abs()).clamp_min(1e-12).log();
        return laplace / Lp.PerRow(Lp.Of(laplace, Norm.L1).clamp_min(1e-30), laplace);
    }
}
