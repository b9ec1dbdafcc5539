using RobustnessGate.Attacks;
using RobustnessGate.Facts;
using RobustnessGate.Maths;

namespace RobustnessGate.Surfaces;

/// <summary>Which plane to lay, and what to show on it.</summary>
/// <param name="X">Direction of the columns, α.</param>
/// <param name="Y">Direction of the rows, β.</param>
/// <param name="Extent">
/// How far each axis reaches both ways: in raw input units, or in units of each filter's own norm in parameter space.
/// </param>
internal sealed record SurfaceSetting(DirectionKind X, DirectionKind Y, double Extent)
{
    /// <summary>A million forward passes a sample; a picture shows no more.</summary>
    public const int MostResolution = 1001;

    /// <summary>Nearest and farthest that float32 can go, with room for a sample's own values and a grid's steps.</summary>
    private const double LeastLength = 1e-30, MostLength = 1e30;

    /// <summary>Points along each axis: odd, so that the origin is one of them.</summary>
    public int Resolution { get; init; } = SurfaceDefaults.Resolution(SurfaceSpace.Input);

    /// <summary>
    /// In which norm directions of input space have length 1, so that a coordinate is a distance. ℓ∞: signs of gradients, as in
    /// the paper's Eq. 3. ℓ2: gradients as they are, divided by their length.
    /// </summary>
    public Norm Norm { get; init; } = Norm.Linf;

    /// <summary>Radius, in <see cref="Norm"/>, of the ball to draw and of the attack to follow; null for none.</summary>
    public double? Epsilon { get; init; }

    /// <summary>Whose way to draw, within <see cref="Epsilon"/>; null for none.</summary>
    public Attack? Attack { get; init; }

    /// <summary>
    /// Whether points are clamped to the valid inputs before the network sees them. Eq. 1 does not clamp: off the axes' origin
    /// most points of a plane are no valid images, as in the paper's figures.
    /// </summary>
    public bool Clip { get; init; }

    /// <summary>Root of random directions, and of what a randomised network draws.</summary>
    public long Seed { get; init; }

    /// <summary>
    /// Points at which the way to the boundary is looked at, at least, each way along each axis. Where the grid has fewer, more
    /// are put between its own, so that a coarse grid does not step over a boundary that a fine one would meet.
    /// </summary>
    public int Looks { get; init; } = 50;

    /// <summary>Coordinates along an axis: ascending, evenly spaced, exactly 0 in the middle.</summary>
    internal double[] Steps()
    {
        var half = Resolution / 2;
        return [.. Enumerable.Range(-half, Resolution).Select(step => Extent * step / half)];
    }

    /// <summary>Why no plane can be laid so, in words; null where one can.</summary>
    internal string? Fault() =>
        Resolution < 3 || Resolution % 2 == 0
            ? FormattableString.Invariant($"a resolution of {Resolution} has no middle: it must be odd and at least 3")
        : !IsLength(Extent)
            ? FormattableString.Invariant($"an extent of {Extent} is no length that float32 can tell from 0 and from infinity: it must lie between {LeastLength} and {MostLength}")
        : Epsilon is { } radius && !IsLength(radius)
            ? FormattableString.Invariant($"ε = {radius} is no radius that float32 can tell from 0 and from infinity: it must lie between {LeastLength} and {MostLength}")
        : X == DirectionKind.Orthogonal && Y == DirectionKind.Orthogonal
            ? "two directions cannot each be made orthogonal to the other"
        : X == Y && X != DirectionKind.Random
            ? $"'{X.Name()}' twice spans no plane"
        : Norm is not (Norm.Linf or Norm.L2)
            ? $"there are no unit directions in {Norm.Name()}: give linf or l2"
        : null;

    /// <exception cref="ArgumentException">No plane can be laid so.</exception>
    internal void Require()
    {
        if (Fault() is { } fault)
        {
            throw new ArgumentException(fault);
        }
    }

    private static bool IsLength(double length) => length is >= LeastLength and <= MostLength;
}
