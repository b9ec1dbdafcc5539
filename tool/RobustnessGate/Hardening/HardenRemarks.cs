using System.Collections.Immutable;
using RobustnessGate.Maths;
using RobustnessGate.Policies;
using RobustnessGate.Regimes;

namespace RobustnessGate.Hardening;

/// <summary>What a hardening did not achieve, or cost, in sentences: what a table shows to those alone who look for it.</summary>
internal static class HardenRemarks
{
    /// <summary>Points of natural accuracy beyond which a loss is remarked on.</summary>
    private const double NaturalLoss = 2;

    /// <summary>Points of attacked accuracy below which a gain is hardly one.</summary>
    private const double LeastGain = 5;

    /// <summary>The gain fades where fewer than this share of the naturally right samples withstand the attacks.</summary>
    private const double Faded = 0.5;

    /// <summary>‖J‖₁ has fallen below this share of its old mean.</summary>
    private const double Flatter = 0.8;

    /// <summary>A model that is right less often than this multiple of what guessing gives has learnt nothing.</summary>
    private const double Chance = 1.5;

    /// <summary>The linear radius has grown beyond this multiple of its old median.</summary>
    private const double Farther = 1.05;

    /// <summary>Worst first; empty where nothing is to be remarked on.</summary>
    public static ImmutableArray<string> Of(Regime regime, BeforeAfter figures) =>
    [
        .. Shared(figures), .. Meaning(figures), .. Natural(figures.Natural), .. Attacked(regime, figures), .. Search(figures), .. Indicators(figures),
    ];

    private static IEnumerable<string> Shared(BeforeAfter figures)
    {
        if (figures.Shared > 0)
        {
            yield return FormattableString.Invariant(
                $"{figures.Shared} of the {figures.Natural.Count} judged samples are among the training samples too: the figures after flatter the model.");
        }
    }

    /// <summary>Where the table means little.</summary>
    private static IEnumerable<string> Meaning(BeforeAfter figures)
    {
        if (figures.After.Model is { Classes: var classes } && !(figures.Natural.After > Chance * figures.Natural.Count / classes))
        {
            yield return FormattableString.Invariant(
                $"The model is right on {figures.Natural.After} of {figures.Natural.Count} samples, hardly more often than by chance among {classes} classes: what withstands attacks says nothing then. Look at model and data with inspect.");
        }

        if (figures.Before.Attacks.Length == 0)
        {
            yield return "The policy names no attack: whether the model became harder to fool was not measured.";
        }
    }

    private static IEnumerable<string> Natural(Change natural)
    {
        if (!(natural.Points >= -NaturalLoss))
        {
            yield return FormattableString.Invariant(
                $"Natural accuracy fell by {-natural.Points:F1} points, more than {NaturalLoss}. A smaller coefficient or radius, a lower learning rate or more epochs cost less.");
        }
    }

    /// <summary>Radii, by norm, and targeted attacks at which hardly less is found than before, or still too much.</summary>
    private static IEnumerable<string> Attacked(Regime regime, BeforeAfter figures)
    {
        var limited = false;
        foreach (var (under, change, possible) in Compared(figures))
        {
            if (HardlyGained(change, possible))
            {
                limited = true;
                yield return FormattableString.Invariant(
                    $"Under {under}, accuracy {(change.After < change.Before ? "fell" : "hardly rose")}: {change.Before} before, {change.After} after, of {change.Count} ({HardenReport.Signed(change.Points)} points).");
            }
            else if (!(change.After >= Faded * figures.Natural.After))
            {
                limited = true;
                yield return FormattableString.Invariant(
                    $"The gain fades under {under}: {change.After} of {change.Count} withstand, {HardenReport.Signed(change.Points)} points, but fewer than half as many as are right naturally.");
            }
        }

        if (limited && regime is Jacobian or Gradient or Curvature)
        {
            yield return "A penalty on gradients knows the neighbourhood of a sample only as far as the surface is straight. For radii beyond that use min-max or trades; see docs/hardening.md.";
        }
    }

    /// <summary>What accuracies under attack are compared, and how many samples could have withstood at most before.</summary>
    private static IEnumerable<(string Under, Change Change, int Possible)> Compared(BeforeAfter figures)
    {
        foreach (var (norm, radius, change) in figures.WorstCases)
        {
            var at = radius is { } ε ? FormattableString.Invariant($"at ε = {ε}") : "in the samples' boxes";
            yield return ($"all of the policy's attacks in {norm} {at}", change, figures.Natural.Before);
        }

        // A sample that is wrong as it is may still withstand a target.
        foreach (var (id, change) in figures.Targeted)
        {
            yield return ($"the targeted attack {id}", change, change.Count);
        }
    }

    /// <summary>Where training's own search is much weaker than the policy's attacks.</summary>
    private static IEnumerable<string> Search(BeforeAfter figures)
    {
        foreach (var search in figures.Search)
        {
            var judged = figures.WorstCases
                .Where(entry => entry.Norm == Norm.Linf.Name() && entry.Epsilon == search.Epsilon)
                .Select(entry => (int?)entry.Figure.After).FirstOrDefault();
            if (judged is { } withstood && !(100.0 * (search.After - withstood) / search.Count <= LeastGain))
            {
                yield return FormattableString.Invariant(
                    $"At linf ε = {search.Epsilon} training's own search leaves {search.After} of {search.Count} right, the policy's attacks together only {withstood}. Believe the attacks: progress lines, patience and best weights went by the weaker search.");
            }
        }
    }

    private static IEnumerable<string> Indicators(BeforeAfter figures)
    {
        var flatter = figures.Indicator("jacobianL1", Statistic.Mean) is var (slope, gentler) && gentler < Flatter * slope;
        var radius = figures.Indicator("linearRadius", Statistic.Median);
        var farther = radius is var (near, far) && far > Farther * near;
        if (radius is var (was, now) && now < was / Farther)
        {
            yield return FormattableString.Invariant(
                $"The median linear radius fell from {was:G3} to {now:G3}: judged by the slope at the samples, the decision boundary came nearer.");
        }
        else if (flatter && radius is not null && !farther)
        {
            yield return "‖J‖₁ fell and the linear radius did not grow: the logits shrank together with their gradients, and the decision boundary is where it was.";
        }

        var compared = Compared(figures).ToArray();
        if (farther && compared.Length > 0 && Array.TrueForAll(compared, entry => HardlyGained(entry.Change, entry.Possible)))
        {
            yield return "The indicator improved and accuracy under the policy's attacks hardly did. Believe the attacks: the indicator sees the surface at the samples alone.";
        }
    }

    /// <summary>A small gain is none to remark on where there was no more to gain; a fall always is.</summary>
    private static bool HardlyGained(Change change, int possible) =>
        !(change.Points >= 0)
        || (!(change.Points >= LeastGain) && 100.0 * (possible - change.Before) / change.Count >= LeastGain);
}
