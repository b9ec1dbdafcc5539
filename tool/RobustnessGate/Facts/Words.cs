using System.Globalization;
using RobustnessGate.Maths;
using RobustnessGate.Policies;

namespace RobustnessGate.Facts;

/// <summary>Numbers and measured things as people read them: invariant culture, counts first, no more digits than help.</summary>
internal static class Words
{
    /// <summary>A difference of accuracies in points: 0.043 is "4.3", 0.1333 is "13.3"; of small ones two digits count.</summary>
    public static string Points(double fraction) =>
        (100 * fraction).ToString(Math.Abs(fraction) < 0.02 ? "0.0#" : "0.0", CultureInfo.InvariantCulture);

    /// <summary>A proportion in per cent: "81.2 %".</summary>
    public static string Percent(double fraction) => (100 * fraction).ToString("0.0", CultureInfo.InvariantCulture) + " %";

    /// <summary>A p-value in up to two significant digits: "0.41", "0.00016", "2e-8".</summary>
    public static string P(double p) => p switch
    {
        >= 0.9995 => "1",
        >= 0.0001 => TwoDigits(p).ToString("0.######", CultureInfo.InvariantCulture),
        > 0 => p.ToString("0e-0", CultureInfo.InvariantCulture),
        0 => "0",
        _ => "–",
    };

    /// <summary>A measured value in four significant digits; "–" where there is none.</summary>
    public static string Value(double? value) =>
        value is { } v && double.IsFinite(v) ? v.ToString("G4", CultureInfo.InvariantCulture) : "–";

    /// <summary>A count with thousands apart: "10,000".</summary>
    public static string Count(long count) => count.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>"1 sample", "2 samples".</summary>
    public static string Samples(int count) => count == 1 ? "1 sample" : $"{count} samples";

    /// <summary>A radius as people write it: "0.1", "8/255", "the box".</summary>
    public static string Radius(double? epsilon)
    {
        if (epsilon is not { } ε)
        {
            return "the box";
        }

        var text = ε.ToString("R", CultureInfo.InvariantCulture);
        var levels = Math.Round(ε * 255);
        return text.Length > 6 && Math.Abs((ε * 255) - levels) < 1e-9
            ? levels.ToString(CultureInfo.InvariantCulture) + "/255"
            : text.Length > 6 ? Value(ε) : text;
    }

    /// <summary>An attack at a radius: "pgd at ε=0.3 (linf)"; by its id where the policy gave it one.</summary>
    public static string Attack(AttackRun run) => At(run.Entry.Id ?? run.Entry.Attack.Name, run.Entry.Norm.Name(), WorstCase.Radius(run.Epsilon));

    /// <summary>"worst case at ε=0.1 (linf)".</summary>
    public static string Worst(string norm, double? epsilon) => At("worst case", norm, epsilon);

    /// <summary>What a rule looks at: "natural accuracy", "worst case at ε=0.1 (linf)".</summary>
    public static string Subject(Policy policy, Rule rule) => rule.Metric switch
    {
        Metrics.NaturalAccuracy => "natural accuracy",
        Metrics.RobustAccuracy when RuleTargets.Resolve(policy, rule) is [var run] => Attack(run),
        Metrics.RobustAccuracy => $"'{rule.Attack}'",
        Metrics.WorstCaseAccuracy when rule.Epsilon is { } radius => Worst(rule.Norm.Name(), WorstCase.Radius(radius)),
        Metrics.WorstCaseAccuracy => $"worst case ({rule.Norm.Name()})",
        _ => Indicator(rule),
    };

    /// <summary>"linear radius, median".</summary>
    public static string Indicator(Rule rule) => $"{rule.Metric.Replace('-', ' ')}, {rule.Statistic.ToString().ToLowerInvariant()}";

    private static string At(string what, string norm, double? epsilon) =>
        epsilon is null ? $"{what} in the box ({norm})" : $"{what} at ε={Radius(epsilon)} ({norm})";

    private static double TwoDigits(double value) =>
        double.Parse(value.ToString("E1", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
}
