using System.Globalization;
using RobustnessGate.Policies;
using RobustnessGate.Reports;
using RobustnessGate.Training;

namespace RobustnessGate.Hardening;

/// <summary>How a hardening went.</summary>
/// <param name="Trained">Samples trained on.</param>
/// <param name="HeldOut">Samples measured on meanwhile.</param>
internal sealed record Course(TrainingEnd End, int Trained, int HeldOut, long Seed);

/// <summary>The table of a hardening: natural, attacked and indicator figures before and after, and what they come to.</summary>
internal static class HardenReport
{
    /// <param name="model">Name of the model's file.</param>
    public static string Render(string model, HardenSection section, Course course, BeforeAfter figures)
    {
        var text = new MarkdownLines();
        text.Line($"# {model}, hardened").Line($"");
        var (epochs, kept) = course.End;
        var which = kept == epochs ? "" : FormattableString.Invariant($" (the weights are those of epoch {kept})");
        text.Line($"Regime `{section.Regime.Name}`, {epochs} of {section.Epochs} epochs{which}, {course.Trained:N0} samples and {course.HeldOut:N0} held out, batches of {section.BatchSize}, peak learning rate {section.LearningRate}, seed {course.Seed}.").Line($"");
        if (figures.Found is { } found)
        {
            text.Line($"An earlier run left a checkpoint: {found.Sentence}.").Line($"");
        }

        text.Line($"| | before | after | change |");
        text.Line($"|---|--:|--:|--:|");
        Count("natural accuracy", figures.Natural);
        foreach (var (old, made) in figures.Before.Attacks.Zip(figures.After.Attacks))
        {
            Count(old.Id, Change.Of(old.Bits, made.Bits));
        }

        foreach (var (norm, radius, figure) in figures.WorstCases)
        {
            var at = radius is { } ε ? FormattableString.Invariant($"ε = {ε}") : "the box";
            Count($"**worst case, {norm}, {at}**", figure);
        }

        foreach (var search in figures.Search)
        {
            Count(FormattableString.Invariant($"training's own search, linf, ε = {search.Epsilon}"), search.Change);
        }

        Indicator("‖J‖₁, mean", "jacobianL1", Statistic.Mean);
        Indicator("linear radius, median", "linearRadius", Statistic.Median);
        text.Line($"");
        foreach (var remark in HardenRemarks.Of(section.Regime, figures))
        {
            text.Line($"- {remark}");
        }

        text.Line($"- The new file differs from the old one in its weights alone. Pin a new baseline when you adopt it. What hardening protects against, and what not, is in docs/hardening.md.");
        return text.ToString();

        void Count(string what, Change change) =>
            text.Line($"| {what} | {change.Before} / {change.Count} | {change.After} / {change.Count} | {Signed(change.Points)} points |");

        void Indicator(string what, string key, Statistic statistic)
        {
            if (figures.Indicator(key, statistic) is var (old, made))
            {
                text.Line($"| {what} | {old:G4} | {made:G4} | × {made / old:G3} |");
            }
        }
    }

    /// <summary>With its sign, to a tenth.</summary>
    internal static string Signed(double points) => points.ToString("+0.0;−0.0;0.0", CultureInfo.InvariantCulture);
}
