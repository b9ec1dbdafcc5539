using RobustnessGate.Drawing;
using RobustnessGate.Facts;
using RobustnessGate.Reports;
using RobustnessGate.Results;

namespace RobustnessGate.Surfaces;

/// <summary>The decision surface of a report, beside the baseline's where its model is at hand.</summary>
internal static class BrokenExampleSurfacePicture
{
    /// <summary>A way that leaves the plane by less than this share of its length is as good as in it.</summary>
    private const double Seen = 0.05;

    /// <returns>Null where no sample has one.</returns>
    public static ReportPicture? Of(IEnumerable<BrokenExampleFact> facts, ResultsDocument results)
    {
        if (facts.FirstOrDefault(fact => fact.Surface is not null) is not { Surface: { } now } fact)
        {
            return null;
        }

        var refusal = PicturedBaseline.Refusal(results);
        var before = refusal is null && results.Baseline is not null ? fact.SurfaceBefore : null;
        var title = FormattableString.Invariant($"Around sample {fact.Sample}, of class {fact.Label}");
        var sentences = new[]
        {
            before is null ? "Up: towards the boundary, by the gradient of L." : "Left the baseline's model, right this one, each upwards by its own gradient of L, in equal colours.",
            "Numbers at triangles: distance to the boundary.",
            now.Path is { } way && way.Margins[^1] <= 0 && way.Distances[^1] > Seen
                ? $"The way of {fact.Attack} leaves the plane and is seen from above; it ends where L = {Digits.Short(way.Margins[^1])}." : null,
            now.Box is null && results.Attacks.FirstOrDefault(attack => attack.Id == fact.Attack) is { Epsilon: { } radius } ? $"The ball of {fact.Attack}, ε = {Words.Radius(radius)}, reaches beyond the picture." : null,
            Randomised(before, now, results.Seed),
            before is null ? refusal ?? Alone(fact, results) : null,
        };
        var caption = string.Join(' ', sentences.OfType<string>());
        return new(
            PictureSection.BrokenExamples, ReportFiles.Surface, $"{title}. {caption}",
            SurfacePictures.Contours(title, caption, before is null ? [now] : [before, now]));
    }

    /// <summary>Why this model is drawn alone; null where there is nothing to compare with.</summary>
    private static string? Alone(BrokenExampleFact fact, ResultsDocument results) => results.Baseline is null ? null
        : results.MergeBase is null ? "A baseline holds outcomes and no model, so this model is drawn alone; check --baseline git:REF draws that of the merge base beside it."
        : $"{fact.Alone ?? "The baseline's model could not be had from the merge base"}, so this model is drawn alone.";

    /// <summary>That what is seen is a mean; null where all that is drawn answers the same question alike.</summary>
    private static string? Randomised(SurfaceGrid? before, SurfaceGrid now, long seed)
    {
        var models = (before is { Draws: > 0 }, now.Draws > 0) switch
        {
            (true, true) => "Both models are",
            (true, false) => "The baseline's model is",
            (false, true) => "This model is",
            _ => null,
        };
        return models is null ? null : FormattableString.Invariant(
            $"{models} randomised: every value, and every gradient behind a direction, is the mean of {Math.Max(before?.Draws ?? 0, now.Draws)} answers drawn from seed {seed}.");
    }
}
