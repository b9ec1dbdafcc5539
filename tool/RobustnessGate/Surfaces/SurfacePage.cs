using System.Text;
using RobustnessGate.Facts;

namespace RobustnessGate.Surfaces;

/// <summary>A survey as files: contours, a landscape and a table of numbers for each part, and a page that shows them.</summary>
internal static class SurfacePage
{
    /// <summary>Name of the page.</summary>
    public const string File = "surface.md";

    /// <summary>Every file of a survey, by name.</summary>
    public static IEnumerable<(string Name, string Text)> Render(IReadOnlyList<SurveyPart> parts)
    {
        foreach (var part in parts)
        {
            yield return ($"{part.Name}.svg", SurfacePictures.Contours(Title(part), Caption(part.Grids[0], part.Over) + Marks(part.Grids[0]), part.Grids));
            yield return ($"{part.Name}-relief.svg", SurfacePictures.Reliefs(Title(part), Caption(part.Grids[0], part.Over), part.Grids));
            yield return ($"{part.Name}.csv", Table(part));
        }

        yield return (File, Page(parts));
    }

    private static string Page(IReadOnlyList<SurveyPart> parts)
    {
        var text = new StringBuilder("# Decision surfaces\n");
        foreach (var part in parts)
        {
            Line(text, $"\n## {Title(part)}\n");
            Line(text, $"![{Title(part)}]({part.Name}.svg)\n");
            Line(text, part.Grids[0].Space == SurfaceSpace.Input ? InputHead(part) : "| model | mean L | mean loss | plane with mean L > 0 | mean accuracy over the plane |\n|---|--:|--:|--:|--:|");
            foreach (var grid in part.Grids)
            {
                Line(text, grid.Space == SurfaceSpace.Input ? InputRow(grid) : FormattableString.Invariant(
                    $"| {Cell(grid.Model)} | {grid.Origin.Margin:G4} | {grid.Origin.Loss:G4} | {100 * SurfaceMeasure.Right(grid):F1} % | {100 * grid.Accuracies.Average():F1} % |"));
            }

            foreach (var grid in part.Grids)
            {
                if (grid.Path is { } path)
                {
                    Line(text, FormattableString.Invariant(
                        $"\n{Cell(grid.Model)}: `{path.Attack}` at ε = {Facts.Words.Radius(path.Epsilon)} ends where L = {path.Margins[^1]:G4}, {(path.Margins[^1] > 0 ? "on the right side of the boundary" : "beyond the boundary")}; {100 * path.Distances[^1]:F0} % of its way leads out of the plane, where no picture shows it."));
                }
            }

            foreach (var note in part.Grids.SelectMany(grid => Notes(part, grid)))
            {
                Line(text, $"\n{note}");
            }

            Line(text, $"\n![{Title(part)}, as a landscape]({part.Name}-relief.svg)");
            Line(text, $"\nEvery point: [{part.Name}.csv]({part.Name}.csv).");
        }

        Line(text, "\n" + Explanation(parts[0].Grids[0]));
        return text.ToString();
    }

    /// <summary>What must be known of a surface beside its numbers.</summary>
    private static IEnumerable<string> Notes(SurveyPart part, SurfaceGrid grid)
    {
        if (part.Over.Length > 0 && ReferenceEquals(grid, part.Grids[0]))
        {
            yield return $"Means over {part.Over}.";
        }

        if (grid.Draws > 0)
        {
            yield return FormattableString.Invariant($"{Cell(grid.Model)} is randomised: it answers the same question differently each time. ") + (grid.Space == SurfaceSpace.Input
                ? FormattableString.Invariant($"Every value, and every gradient behind a direction, is the mean of {grid.Draws} answers drawn from seed {part.Seed}; another seed gives a slightly different picture.")
                : FormattableString.Invariant($"At every point the same numbers were drawn, from seed {part.Seed}, so that this is the surface of one draw; another seed gives another."));
        }

        var nowhere = grid.Margins.Zip(grid.Losses).Count(pair => !double.IsFinite(pair.First) || !double.IsFinite(pair.Second));
        if (nowhere > 0)
        {
            yield return FormattableString.Invariant($"{Cell(grid.Model)}: at {nowhere} of {grid.Margins.Length} points the model's arithmetic overflows, and L or the loss is no number.");
        }
    }

    private static string InputHead(SurveyPart part)
    {
        var (x, y) = (part.Grids[0].X.Direction, part.Grids[0].Y.Direction);
        return $"| model | sees | L | loss | boundary along {x} | against it | along {y} | against it | L > 0 in the ε-box |\n|---|--:|--:|--:|--:|--:|--:|--:|--:|";
    }

    private static string InputRow(SurfaceGrid grid) => FormattableString.Invariant(
        $"| {Cell(grid.Model)} | {grid.Origin.Prediction} | {grid.Origin.Margin:G4} | {grid.Origin.Loss:G4} | {Distance(grid.X.Ahead, grid.X)} | {Distance(grid.X.Behind, grid.X)} | {Distance(grid.Y.Ahead, grid.Y)} | {Distance(grid.Y.Behind, grid.Y)} | {Share(SurfaceMeasure.RightInBox(grid))} |");

    private static string Title(SurveyPart part) => part.Grids[0].Origin is { Sample: { } sample, Label: { } label }
        ? FormattableString.Invariant($"Sample {sample}, of class {label}")
        : FormattableString.Invariant($"Weights, means over {part.Grids[0].Origin.Samples} samples");

    private static string Caption(SurfaceGrid grid, string over) => grid.Space == SurfaceSpace.Input
        ? $"L = Z_t − max other logit, and cross-entropy, at x + i·α + j·β{(grid.Clipped ? ", clamped to valid inputs" : "")}."
        : $"Means of L = Z_t − max other logit and of cross-entropy over {over}, at θ + i·α + j·β, directions normalised filter by filter.";

    private static string Marks(SurfaceGrid grid) => grid.Space == SurfaceSpace.Input ? " Numbers at triangles: distance to the boundary." : "";

    private static string Explanation(SurfaceGrid grid) => grid.Space == SurfaceSpace.Input
        ? "Each point is the sample plus i times the one direction plus j times the other. Directions have unit length in the norm that the axes name, so that a coordinate along an axis is a distance in raw input units: "
            + "signs of a gradient, or of random numbers, in ℓ∞; a gradient or normal numbers divided by their length in ℓ2. "
            + $"`ce` climbs cross-entropy, `least-likely` the log-probability of the least likely class, `cw` −L; each model has its own gradients, and random directions are the same for all. {(grid.Clipped ? "Points are clamped to the valid inputs." : "Points are not clamped to the valid inputs.")} "
            + "The ε-box is what the ball of that radius leaves of the plane. An attack's iterates are shown at their nearest points of the plane; it keeps to valid inputs, which most points of the plane are not."
        : "Each point is the weights plus i times the one direction plus j times the other. Each filter of a direction has the norm of the weights' own filter; biases, other tensors of one dimension and those with single numbers for filters stay. The weights are put back afterwards; no file is changed.";

    private static string Distance(double? distance, SurfaceAxis axis) => distance is { } found
        ? FormattableString.Invariant($"{found:G4}") : FormattableString.Invariant($"> {axis.Extent:G4}");

    private static string Share(double? share) => share is { } known ? FormattableString.Invariant($"{100 * known:F1} %") : "";

    private static string Cell(string text) => Reports.MarkdownText.Escape(text);

    private static string Table(SurveyPart part)
    {
        var last = part.Grids[0].Space == SurfaceSpace.Input ? "prediction" : "accuracy";
        var text = new StringBuilder($"model,x,y,margin,loss,{last}\n");
        foreach (var grid in part.Grids)
        {
            var model = $"\"{grid.Model.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
            for (var row = 0; row < grid.Rows; row++)
            {
                for (var column = 0; column < grid.Columns; column++)
                {
                    var at = grid.At(column, row);
                    var seen = grid.Predictions.IsEmpty ? FormattableString.Invariant($"{grid.Accuracies[at]:G6}") : FormattableString.Invariant($"{grid.Predictions[at]}");
                    Line(text, FormattableString.Invariant(
                        $"{model},{grid.X.Steps[column]:G6},{grid.Y.Steps[row]:G6},{grid.Margins[at]:G7},{grid.Losses[at]:G7},{seen}"));
                }
            }
        }

        return text.ToString();
    }

    private static void Line(StringBuilder text, string line) => text.Append(line).Append('\n');
}
