using System.Collections.Immutable;

namespace RobustnessGate.Drawing;

/// <summary>The signs upon surfaces, those alone that some surface of the picture has.</summary>
internal static class SurfaceLegend
{
    /// <param name="hatched">Whether the region L ≤ 0 is.</param>
    public static ImmutableArray<LegendEntry> Of(IReadOnlyList<Surface> surfaces, bool hatched)
    {
        var entries = ImmutableArray.CreateBuilder<LegendEntry>();
        foreach (var label in surfaces.Select(surface => surface.OriginLabel).Distinct())
        {
            entries.Add(new(label, (canvas, at) => canvas.Circle(Centre(at), 4, "spot")));
        }

        foreach (var label in surfaces.Where(surface => !surface.Verdicts.IsEmpty).Select(surface => surface.DecisionLabel).Distinct())
        {
            entries.Add(new($"boundary {label} = 0", (canvas, at) => Stroke(canvas, at, "edge")));
            if (hatched)
            {
                // A mean of 0 or less says of no single sample that it is wrong.
                entries.Add(new(label == Surface.Margin ? $"{label} ≤ 0: wrong" : $"{label} ≤ 0", (canvas, at) =>
                {
                    canvas.Rectangle(at.X, at.Y, 26, 12, "hatched");
                    canvas.Rectangle(at.X, at.Y, 26, 12, "frame");
                }));
            }
        }

        foreach (var label in surfaces.Where(surface => surface.Box.Length > 2).Select(surface => surface.BoxLabel).Distinct())
        {
            entries.Add(new(label, (canvas, at) => Stroke(canvas, at, "line dash")));
        }

        foreach (var label in surfaces.Where(surface => !surface.Path.IsEmpty).Select(surface => surface.PathLabel).Distinct())
        {
            entries.Add(new(label, (canvas, at) => Arrow(canvas, at, "way", "step")));
        }

        if (surfaces.Any(surface => !surface.Crossings.IsEmpty))
        {
            entries.Add(new("way to the boundary along an axis", (canvas, at) => Arrow(canvas, at, "line", "ink")));
        }

        if (surfaces.Any(surface => surface.Values.Concat(surface.Decision).Any(value => !double.IsFinite(value))))
        {
            entries.Add(new("not a finite number", (canvas, at) => canvas.Rectangle(at.X, at.Y, 26, 12, "unknown")));
        }

        return entries.ToImmutable();
    }

    private static void Stroke(Canvas canvas, Spot at, string style) =>
        canvas.Line(at with { Y = at.Y + 6 }, new(at.X + 26, at.Y + 6), style);

    private static void Arrow(Canvas canvas, Spot at, string line, string head)
    {
        Stroke(canvas, at, line);
        canvas.Path(SurfaceDrawing.Head(at with { Y = at.Y + 6 }, new(at.X + 26, at.Y + 6), 10), head);
    }

    private static Spot Centre(Spot at) => new(at.X + 13, at.Y + 6);
}
