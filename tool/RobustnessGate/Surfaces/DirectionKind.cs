using System.Collections.Immutable;

namespace RobustnessGate.Surfaces;

/// <summary>Which way an axis of a plane points.</summary>
internal enum DirectionKind
{
    /// <summary>Drawn from the seed.</summary>
    Random,

    /// <summary>Drawn from the seed, then made orthogonal to the other axis.</summary>
    Orthogonal,

    /// <summary>Up the cross-entropy of the true class.</summary>
    CrossEntropy,

    /// <summary>Up the log-probability of the class that the network finds least likely.</summary>
    LeastLikely,

    /// <summary>Up max_{i≠t} Z_i − Z_t, that is down L: what the paper calls C&amp;W.</summary>
    Margin,
}

/// <summary>Names of directions, as options and results have them.</summary>
internal static class Directions
{
    private static readonly ImmutableArray<(DirectionKind Kind, string Name, string Words)> All =
    [
        (DirectionKind.Random, "random", "random"),
        (DirectionKind.Orthogonal, "orthogonal", "random, orthogonal"),
        (DirectionKind.CrossEntropy, "ce", "adversarial (cross-entropy)"),
        (DirectionKind.LeastLikely, "least-likely", "adversarial (least likely)"),
        (DirectionKind.Margin, "cw", "adversarial (C&W)"),
    ];

    public static ImmutableArray<string> Names { get; } = [.. All.Select(entry => entry.Name)];

    public static string Name(this DirectionKind kind) => All.First(entry => entry.Kind == kind).Name;

    /// <summary>For people, short enough for an axis.</summary>
    public static string Words(this DirectionKind kind) => All.First(entry => entry.Kind == kind).Words;

    /// <exception cref="ArgumentException">There is no such direction.</exception>
    public static DirectionKind Named(string name) => All.FirstOrDefault(entry => entry.Name == name) is { Name: not null } found
        ? found.Kind : throw new ArgumentException($"there is no direction '{name}'");

    /// <summary>Whether it is a gradient: then network and sample decide where it points.</summary>
    public static bool IsAdversarial(this DirectionKind kind) => kind is not (DirectionKind.Random or DirectionKind.Orthogonal);
}
