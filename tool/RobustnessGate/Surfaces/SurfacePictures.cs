using System.Collections.Immutable;
using RobustnessGate.Drawing;
using RobustnessGate.Facts;

namespace RobustnessGate.Surfaces;

/// <summary>Surfaces as the drawing takes them.</summary>
internal static class SurfacePictures
{
    /// <summary>
    /// Decision surface and loss surface of one network side by side, or of several networks: the decision surfaces beside
    /// each other, the loss surfaces below.
    /// </summary>
    /// <returns>SVG.</returns>
    public static string Contours(string title, string caption, IReadOnlyList<SurfaceGrid> grids) =>
        ContourFigure.Draw(title, caption, Panels(grids), Columns(grids));

    /// <summary>The same panels as landscapes.</summary>
    /// <returns>SVG.</returns>
    public static string Reliefs(string title, string caption, IReadOnlyList<SurfaceGrid> grids) =>
        ReliefFigure.Draw(title, caption, Panels(grids), Columns(grids));

    private static Surface[] Panels(IReadOnlyList<SurfaceGrid> grids) =>
        [.. grids.Select(grid => Decision(grid)), .. grids.Select(grid => Loss(grid))];

    private static int Columns(IReadOnlyList<SurfaceGrid> grids) => grids.Count == 1 ? 2 : grids.Count;

    /// <param name="title">Null for the model's name.</param>
    public static Surface Decision(SurfaceGrid grid, string? title = null) =>
        Of(grid, title ?? $"{Mean(grid)}decision function L: {grid.Model}", grid.Margins, SurfaceQuantity.Decision);

    /// <param name="title">Null for the model's name.</param>
    public static Surface Loss(SurfaceGrid grid, string? title = null) =>
        Of(grid, title ?? $"{Mean(grid)}cross-entropy: {grid.Model}", grid.Losses, SurfaceQuantity.Loss) with { Decision = grid.Margins };

    private static Surface Of(SurfaceGrid grid, string title, ImmutableArray<double> values, SurfaceQuantity quantity) =>
        new(title, Axis(grid.X), Axis(grid.Y), values, quantity)
        {
            OriginLabel = grid.Space == SurfaceSpace.Parameters ? "weights" : "sample",
            DecisionLabel = Mean(grid) + Surface.Margin,
            Box = [.. (grid.Box?.Outline ?? []).Select(Point)],
            BoxLabel = grid.Box is { } box ? $"ε = {Facts.Words.Radius(box.Epsilon)} ({(box.Norm == "linf" ? "ℓ∞" : "ℓ2")})" : "",
            Path = [.. (grid.Path?.Points ?? []).Select(Point)],
            PathLabel = grid.Path is { } path ? $"{path.Attack} from the sample" : "",
            Crossings =
            [
                .. Crossing(grid.X.Ahead, 1, 0), .. Crossing(grid.X.Behind, -1, 0), .. Crossing(grid.Y.Ahead, 0, 1), .. Crossing(grid.Y.Behind, 0, -1),
            ],
        };

    private static string Mean(SurfaceGrid grid) => grid.Space == SurfaceSpace.Parameters ? "mean " : "";

    private static Axis Axis(SurfaceAxis axis) => new(axis.Title, axis.Steps[0], axis.Steps[^1], axis.Steps.Length);

    private static Point Point(PlanePoint point) => new(point.X, point.Y);

    /// <summary>None where the boundary was not met, or where the sample itself is on the wrong side.</summary>
    private static IEnumerable<Crossing> Crossing(double? distance, int x, int y) => distance is > 0
        ? [new(new(x * distance.Value, y * distance.Value), FormattableString.Invariant($"{distance:G3}"))] : [];
}
