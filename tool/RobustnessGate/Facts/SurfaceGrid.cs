using System.Collections.Immutable;

namespace RobustnessGate.Facts;

/// <summary>
/// Decision function and loss over a plane (Yu et al. 2018, Eq. 1: V(i, j) = F(o + i·α + j·β)), with everything else that
/// a picture of it shows. Numbers alone: no tensor, no model.
/// </summary>
/// <param name="Space">What the plane lies in.</param>
/// <param name="Model">What the model is called.</param>
/// <param name="X">α: columns.</param>
/// <param name="Y">β: rows, upwards.</param>
/// <param name="Margins">
/// L of Eq. 2 at each point, row by row from the least j, each from the least i. In parameter space the mean over samples.
/// </param>
/// <param name="Losses">Cross-entropy of the true class, likewise.</param>
/// <param name="Predictions">Class of the greatest logit at each point; empty in parameter space, where samples are many.</param>
/// <param name="Origin">The point (0, 0).</param>
public sealed record SurfaceGrid(
    SurfaceSpace Space, string Model, SurfaceAxis X, SurfaceAxis Y,
    ImmutableArray<double> Margins, ImmutableArray<double> Losses, ImmutableArray<int> Predictions, SurfaceOrigin Origin)
{
    /// <summary>Where the ball of an attack cuts the plane; null for none.</summary>
    public SurfaceBox? Box { get; init; }

    /// <summary>Where the iterates of an attack lie; null for none.</summary>
    public SurfacePath? Path { get; init; }

    /// <summary>Share of samples classified rightly at each point, in parameter space; empty in input space.</summary>
    public ImmutableArray<double> Accuracies { get; init; } = [];

    /// <summary>Whether points were clamped to the valid inputs before the network saw them; Eq. 1 does not.</summary>
    public bool Clipped { get; init; }

    /// <summary>
    /// 0 for a network that answers the same question alike. For a randomised one how many answers each value averages; in
    /// parameter space 1, drawn alike at every point.
    /// </summary>
    public int Draws { get; init; }

    public int Columns => X.Steps.Length;

    public int Rows => Y.Steps.Length;

    /// <summary>Position in <see cref="Margins"/> and its like of column i and row j.</summary>
    public int At(int column, int row) => (row * Columns) + column;
}

/// <summary>What a plane lies in.</summary>
public enum SurfaceSpace
{
    /// <summary>Inputs of the network, in raw units.</summary>
    Input,

    /// <summary>Weights of the network, in units of each filter's own norm.</summary>
    Parameters,
}

/// <summary>One axis of a plane.</summary>
/// <param name="Direction">Key of the direction: random, orthogonal, ce, least-likely or cw.</param>
/// <param name="Title">The direction in words, with its unit, for an axis label.</param>
/// <param name="Steps">Coordinates, ascending and evenly spaced; the middle one is 0.</param>
/// <param name="Ahead">
/// Least t &gt; 0 with L(o + t·direction) ≤ 0, to a millionth of itself; 0 where L ≤ 0 at the origin; null where
/// L stays positive as far as the axis reaches.
/// </param>
/// <param name="Behind">The same in the opposite direction, as a positive number.</param>
public sealed record SurfaceAxis(string Direction, string Title, ImmutableArray<double> Steps, double? Ahead, double? Behind)
{
    /// <summary>Greatest coordinate.</summary>
    public double Extent => Steps[^1];
}

/// <summary>The point around which a plane is laid.</summary>
/// <param name="Sample">Number of the sample in the data file; null where the values are means over several.</param>
/// <param name="Label">True class; null likewise.</param>
/// <param name="Prediction">Class of the greatest logit; null likewise.</param>
/// <param name="Margin">L there.</param>
/// <param name="Loss">Cross-entropy there.</param>
/// <param name="Samples">How many samples the values are means over.</param>
public sealed record SurfaceOrigin(int? Sample, int? Label, int? Prediction, double Margin, double Loss, int Samples = 1);

/// <summary>A point of a plane: how far along α and along β.</summary>
public readonly record struct PlanePoint(double X, double Y);

/// <summary>The points of a plane that lie within a ball around the origin.</summary>
/// <param name="Norm">linf or l2.</param>
/// <param name="Epsilon">Radius in raw input units.</param>
/// <param name="Outline">Corners, counter-clockwise; exact in ℓ∞, where the section is a polygon.</param>
public sealed record SurfaceBox(string Norm, double Epsilon, ImmutableArray<PlanePoint> Outline);

/// <summary>The way of an attack, seen from above the plane.</summary>
/// <param name="Attack">Name of the attack.</param>
/// <param name="Epsilon">Its radius.</param>
/// <param name="Points">
/// Each iterate's nearest point of the plane (least squares), from the sample itself to the last iterate.
/// </param>
/// <param name="Margins">L at the iterates themselves.</param>
/// <param name="Distances">ℓ2 distance of each iterate from the plane, as a share of its distance from the origin.</param>
public sealed record SurfacePath(
    string Attack, double Epsilon, ImmutableArray<PlanePoint> Points, ImmutableArray<double> Margins, ImmutableArray<double> Distances);
