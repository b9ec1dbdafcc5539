using RobustnessGate.Attacks;
using RobustnessGate.Policies;

namespace RobustnessGate.Surfaces;

/// <summary>Which plane to lay, and what to show on it.</summary>
/// <param name="X">Direction of the columns, α.</param>
/// <param name="Y">Direction of the rows, β.</param>
/// <param name="Extent">
/// How far each axis reaches both ways: in raw input units, or in units of each filter's own norm in parameter space.
/// </param>
public sealed record SurfaceSetting(DirectionKind X, DirectionKind Y, double Extent)
{
    public const int DefaultResolution = 101;

    /// <summary>Points along each axis: odd, so that the origin is one of them.</summary>
    public int Resolution { get; init; } = DefaultResolution;

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

    /// <summary>Root of random directions.</summary>
    public long Seed { get; init; }

    /// <summary>Evaluate the grid in float64 where the network can.</summary>
    public bool Double { get; init; }

    /// <summary>Coordinates along an axis: ascending, evenly spaced, exactly 0 in the middle.</summary>
    internal double[] Steps()
    {
        var half = Resolution / 2;
        return [.. Enumerable.Range(-half, Resolution).Select(step => Extent * step / half)];
    }

    /// <exception cref="ArgumentException">No plane can be laid so.</exception>
    internal void Require()
    {
        if (Resolution < 3 || Resolution % 2 == 0)
        {
            throw new ArgumentException(FormattableString.Invariant($"a resolution of {Resolution} has no middle"));
        }

        if (!(Extent > 0) || !double.IsFinite(Extent))
        {
            throw new ArgumentException(FormattableString.Invariant($"an extent of {Extent} spans nothing"));
        }

        if (X == DirectionKind.Orthogonal && Y == DirectionKind.Orthogonal)
        {
            throw new ArgumentException("two directions cannot each be made orthogonal to the other");
        }

        if (X == Y && X != DirectionKind.Random)
        {
            throw new ArgumentException("one direction twice spans no plane");
        }

        if (Norm is not (Norm.Linf or Norm.L2))
        {
            throw new ArgumentException($"no unit directions in {Norm.Name()}");
        }
    }
}
