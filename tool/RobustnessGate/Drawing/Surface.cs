using System.Collections.Immutable;

namespace RobustnessGate.Drawing;

/// <summary>What a surface's height means, which decides its colours.</summary>
internal enum SurfaceQuantity
{
    /// <summary>The decision function L of Eq. 2 (Yu et al. 2018): positive where the prediction is right.</summary>
    Decision,

    /// <summary>Cross-entropy.</summary>
    Loss,
}

/// <summary>An axis with evenly spaced nodes, ends included.</summary>
/// <param name="Label">What it measures, with its unit.</param>
internal sealed record Axis(string Label, double Low, double High, int Nodes)
{
    /// <summary>The place of a (fractional) node.</summary>
    public double At(double node) => Low + (node * (High - Low) / (Nodes - 1));

    /// <summary>The (fractional) node at a place.</summary>
    public double Node(double place) => (place - Low) / (High - Low) * (Nodes - 1);
}

/// <summary>A point of a surface's plane, in the units of its axes.</summary>
internal readonly record struct Point(double X, double Y)
{
    internal bool IsFinite => double.IsFinite(X) && double.IsFinite(Y);
}

/// <summary>Where a straight way from the origin first meets the boundary L = 0.</summary>
/// <param name="Label">The way's length as it shall be read, such as <c>0.12</c>.</param>
internal sealed record Crossing(Point At, string Label);

/// <summary>A surface over a plane, and what is drawn upon it.</summary>
/// <param name="Title">Names the panel; shortened where it is too long.</param>
/// <param name="Values">(Y.Nodes, X.Nodes) in C order: rows by ascending y. Values that are not finite are drawn as unknown.</param>
internal sealed record Surface(string Title, Axis X, Axis Y, ImmutableArray<double> Values, SurfaceQuantity Quantity)
{
    /// <summary>The decision function's name where it is that of one sample.</summary>
    internal const string Margin = "L";

    /// <summary>L at the same nodes, so that a loss shows its boundary too; empty: none. A decision surface has its own values.</summary>
    public ImmutableArray<double> Decision { get; init; } = [];

    /// <summary>The place of what the plane is laid around.</summary>
    public Point Origin { get; init; }

    /// <summary>What that is: a sample, or a network's weights.</summary>
    public string OriginLabel { get; init; } = "sample";

    /// <summary>The decision function's name: L, or what is made of it.</summary>
    public string DecisionLabel { get; init; } = Margin;

    /// <summary>Corners of what the ε-ball leaves of the plane, in order; empty: not drawn.</summary>
    public ImmutableArray<Point> Box { get; init; } = [];

    /// <summary>What the box is, such as <c>ε = 0.1</c>.</summary>
    public string BoxLabel { get; init; } = "ε-box";

    /// <summary>An attack's iterates, projected upon the plane, first to last; empty: not drawn.</summary>
    public ImmutableArray<Point> Path { get; init; } = [];

    /// <summary>Whose path it is.</summary>
    public string PathLabel { get; init; } = "attack";

    /// <summary>The nearest boundary along each direction of an axis, where there is one.</summary>
    public ImmutableArray<Crossing> Crossings { get; init; } = [];

    /// <summary>The values whose sign is the verdict; empty: unknown.</summary>
    internal ImmutableArray<double> Verdicts => Quantity == SurfaceQuantity.Decision ? Values : Decision;

    /// <summary>The same without marks that have no place.</summary>
    /// <exception cref="ArgumentException">The axes are empty or don't fit the values, or the sample has no place.</exception>
    internal Surface Checked()
    {
        foreach (var axis in (ReadOnlySpan<Axis>)[X, Y])
        {
            if (axis.Nodes < 2 || !double.IsFinite(axis.High - axis.Low) || !(axis.High > axis.Low))
            {
                throw new ArgumentException($"Axis '{axis.Label}' of '{Title}' needs two nodes and a finite, ascending range.");
            }
        }

        if (Values.Length != X.Nodes * Y.Nodes || (!Decision.IsEmpty && Decision.Length != Values.Length))
        {
            throw new ArgumentException($"'{Title}' has {Values.Length} values and {Decision.Length} verdicts for {Y.Nodes} by {X.Nodes} nodes.");
        }

        return !Origin.IsFinite
            ? throw new ArgumentException($"The sample of '{Title}' has no place.")
            : this with
            {
                Box = Box.All(corner => corner.IsFinite) ? Box : [],
                Path = [.. Path.Where(point => point.IsFinite)],
                Crossings = [.. Crossings.Where(crossing => crossing.At.IsFinite)],
            };
    }
}
