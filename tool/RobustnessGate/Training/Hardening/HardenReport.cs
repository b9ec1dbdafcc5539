using System.Collections.Immutable;
using System.Globalization;
using RobustnessGate.Policies;
using RobustnessGate.Results;
using RobustnessGate.Training.Regimes;
using RobustnessGate.Training.Reproduction;

namespace RobustnessGate.Training.Hardening;

/// <summary>The table of a hardening: natural, attacked and indicator figures before and after.</summary>
internal static class HardenReport
{
    /// <summary>Where gradient regularisation has less to give: the greatest radius keeps under half of the natural accuracy.</summary>
    private const double Faded = 0.5;

    public static string Render(
        string model, Regime regime, HardenSection section, Results.Evaluation before, Results.Evaluation after)
    {
        var text = new MarkdownText();
        text.Line($"# {model}, hardened").Line($"");
        text.Line($"Regime `{regime.Name}`, up to {section.Epochs} epochs, batches of {section.BatchSize}, peak learning rate {section.LearningRate}.").Line($"");
        text.Line($"| | before | after | change |");
        text.Line($"|---|--:|--:|--:|");
        Count("natural accuracy", before.Natural!.Bits, after.Natural!.Bits);
        foreach (var (old, made) in before.Attacks.Zip(after.Attacks))
        {
            Count(old.Id, old.Bits, made.Bits);
        }

        foreach (var norm in before.Attacks.Where(attack => !attack.Targeted).Select(attack => attack.Norm).Distinct())
        {
            foreach (var radius in before.Attacks.Where(attack => attack.Norm == norm).Select(attack => attack.Epsilon).Distinct().Order())
            {
                var (old, made) = (WorstCase.Of(before, norm, radius), WorstCase.Of(after, norm, radius));
                if (old is not null && made is not null)
                {
                    var at = radius is { } ε ? FormattableString.Invariant($"ε = {ε}") : "the box";
                    Count($"**worst case, {norm}, {at}**", old.Bits, made.Bits);
                }
            }
        }

        Indicator("‖J‖₁, mean", "jacobianL1", Statistic.Mean);
        Indicator("linear radius, median", "linearRadius", Statistic.Median);
        text.Line($"").Line($"The new file differs from the old one in its weights alone. Pin a new baseline when you adopt it. {Advice(regime, after)}");
        return text.ToString();

        void Count(string what, BitString old, BitString made) => text.Line(
            $"| {what} | {old.Ones} / {old.Count} | {made.Ones} / {made.Count} | {Signed(100.0 * (made.Ones - old.Ones) / old.Count)} points |");

        void Indicator(string what, string key, Statistic statistic)
        {
            if (Summary(before, key, statistic) is { } old && Summary(after, key, statistic) is { } made)
            {
                text.Line($"| {what} | {old:G4} | {made:G4} | × {made / old:G3} |");
            }
        }
    }

    private static double? Summary(Results.Evaluation facts, string key, Statistic statistic) =>
        facts.Indicator is { } indicator && indicator.PerSample.TryGetValue(key, out var values)
            ? IndicatorSummary.Of(values, indicator.Right)[statistic]
            : null;

    private static string Advice(Regime regime, Results.Evaluation after)
    {
        var farthest = after.Attacks.Where(attack => attack is { Targeted: false, Epsilon: not null }).MaxBy(attack => attack.Epsilon);
        return regime is Jacobian or Gradient or Curvature && farthest is not null && farthest.Bits.Ones < Faded * after.Natural!.Bits.Ones
            ? string.Create(CultureInfo.InvariantCulture, $"At ε = {farthest.Epsilon} the gain fades ({farthest.Bits.Ones} of {farthest.Bits.Count}): a limit of gradient regularisation, which knows the neighbourhood of a sample only. See docs/hardening.md for min-max training.")
            : "What it protects against, and what not, is in docs/hardening.md.";
    }

    private static string Signed(double points) => points.ToString("+0.0;−0.0;0.0", CultureInfo.InvariantCulture);
}
