using System.Collections.Immutable;

namespace RobustnessGate.Drawing;

/// <summary>Signs that differ by their shape, for those who cannot go by colours.</summary>
internal static class Marks
{
    /// <summary>How far a sign reaches from its centre.</summary>
    public const double Radius = 5;

    /// <summary>The sign for what has none of its own.</summary>
    private static readonly ImmutableArray<Spot> Small = [new(-1, -0.25), new(1, -0.25), new(1, 0.25), new(-1, 0.25)];

    private static readonly ImmutableArray<ImmutableArray<Spot>> Shapes =
    [
        Ring(3, -90), Ring(4, 45), Ring(4, 0), Ring(3, 90), Star(5, -90, 0.42), Ring(6, 0),
        Cross(0), Ring(3, 0), Cross(45), Ring(3, 180), Hourglass(), Star(4, -90, 0.3),
    ];

    /// <summary>How many there are.</summary>
    public static int Count => Shapes.Length;

    /// <summary>The outline of the sign with a number; every number beyond the last has the same small bar.</summary>
    public static string Shape(int number, Spot centre) => new PathText().Polygon(
        [.. (number < Count ? Shapes[number] : Small).Select(corner => new Spot(centre.X + (Radius * corner.X), centre.Y + (Radius * corner.Y)))]).ToString();

    private static ImmutableArray<Spot> Star(int points, double first, double inner) => Ring(2 * points, first, i => i % 2 == 0 ? 1 : inner);

    /// <summary>Corners around the centre.</summary>
    /// <param name="first">Direction of the first, in degrees from the right, downwards.</param>
    /// <param name="reach">How far each is from the centre; 1 where nothing is said.</param>
    private static ImmutableArray<Spot> Ring(int corners, double first, Func<int, double>? reach = null) =>
    [
        .. Enumerable.Range(0, corners).Select(i =>
        {
            var (sine, cosine) = Math.SinCos((first + (i * 360.0 / corners)) * Math.PI / 180);
            var far = reach?.Invoke(i) ?? 1;
            return new Spot(far * cosine, far * sine);
        }),
    ];

    /// <summary>Two bars across each other.</summary>
    private static ImmutableArray<Spot> Cross(double turn)
    {
        const double half = 0.3;
        Spot[] corners =
        [
            new(half, -1), new(half, -half), new(1, -half), new(1, half), new(half, half), new(half, 1),
            new(-half, 1), new(-half, half), new(-1, half), new(-1, -half), new(-half, -half), new(-half, -1),
        ];
        var (sine, cosine) = Math.SinCos(turn * Math.PI / 180);
        return [.. corners.Select(corner => new Spot((cosine * corner.X) - (sine * corner.Y), (sine * corner.X) + (cosine * corner.Y)))];
    }

    private static ImmutableArray<Spot> Hourglass() => [new(-0.9, -0.9), new(0.9, -0.9), new(0.2, 0), new(0.9, 0.9), new(-0.9, 0.9), new(-0.2, 0)];
}
