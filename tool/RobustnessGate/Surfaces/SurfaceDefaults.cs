using RobustnessGate.Facts;
using RobustnessGate.Maths;

namespace RobustnessGate.Surfaces;

/// <summary>What is shown where nobody says.</summary>
internal static class SurfaceDefaults
{
    /// <summary>Planes around the samples nearest to the boundary.</summary>
    public const int Count = 3;

    /// <summary>Share of the input's range that an axis reaches where no radius is known.</summary>
    private const double ShareOfRange = 0.3;

    /// <summary>How much wider than the ball.</summary>
    private const double Wider = 1.5;

    public static DirectionKind X(SurfaceSpace space) => space == SurfaceSpace.Input ? DirectionKind.Orthogonal : DirectionKind.Random;

    public static DirectionKind Y(SurfaceSpace space) => space == SurfaceSpace.Input ? DirectionKind.Margin : DirectionKind.Random;

    /// <summary>Points along each axis. A plane over weights needs a pass for every sample at every point: it is coarser.</summary>
    public static int Resolution(SurfaceSpace space) => space == SurfaceSpace.Input ? 101 : 41;

    /// <summary>Samples to choose from in input space, to average over in parameter space: the first so many of those in use.</summary>
    public static int Samples(SurfaceSpace space) => space == SurfaceSpace.Input ? 1000 : 100;

    /// <param name="radius">Of the ball that is drawn; null for none.</param>
    /// <param name="bounds">Of the inputs; null for none.</param>
    public static double Extent(SurfaceSpace space, double? radius, Bounds? bounds) =>
        space == SurfaceSpace.Parameters ? 1 : radius is { } epsilon ? Wider * epsilon : ShareOfRange * (bounds?.Range ?? 1);

    /// <summary>Name of the attack whose way is drawn.</summary>
    public static string Attack(Norm norm) => norm == Norm.Linf ? "cw-linf" : "pgd";
}
