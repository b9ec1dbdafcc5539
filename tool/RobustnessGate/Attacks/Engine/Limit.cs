using RobustnessGate.Maths;

namespace RobustnessGate.Attacks.Engine;

/// <summary>How far from its sample a point may lie, as long as it is a valid input.</summary>
internal readonly record struct Limit
{
    /// <summary>A ball's own rounding: how far outside ε, as a share of it, a point may lie in float32.</summary>
    private const double Rounding = 1e-6;

    private Limit(bool isBox, double? radius) => (IsBox, Radius) = (isBox, radius);

    /// <summary>The box of the sample, which has a lower and an upper value for each feature, and no ball.</summary>
    public static Limit Box { get; } = new(true, null);

    /// <summary>None: the nearest adversarial point is sought.</summary>
    public static Limit None { get; } = new(false, null);

    public bool IsBox { get; }

    /// <summary>Of the ball, in raw input units; null where there is none.</summary>
    public double? Radius { get; }

    /// <param name="radius">In raw input units.</param>
    /// <exception cref="ArgumentOutOfRangeException">A radius that is no length.</exception>
    public static Limit Ball(double radius) => radius >= 0 && double.IsFinite(radius)
        ? new(false, radius) : throw new ArgumentOutOfRangeException(nameof(radius), radius, "a ball has a finite radius");

    public static Limit Of(Epsilon epsilon) => epsilon.IsBox ? Box : Ball(epsilon.Value);

    /// <summary>Distance up to which a point counts as inside: no ball, no distance is too great.</summary>
    /// <param name="room">How far outside a point may lie besides, where points are rounded: see <see cref="Quantization.Room"/>.</param>
    public double Farthest(double room) => Radius is { } radius ? (radius * (1 + Rounding)) + room : double.PositiveInfinity;
}
