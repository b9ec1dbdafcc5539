using System.Collections.Immutable;
using RobustnessGate.Facts;
using RobustnessGate.Maths;
using RobustnessGate.Policies;

namespace RobustnessGate.Gating;

/// <summary>What one rule looks at, before any limit is applied.</summary>
/// <param name="Subject">In words.</param>
/// <param name="Absent">Why there is nothing to judge; null where there is.</param>
/// <param name="Incomparable">Why the pinned outcomes cannot be compared with; null where they can, or need not.</param>
internal abstract record Measurement(string Subject, string? Absent, string? Incomparable)
{
    public static Measurement Of(Rule rule, Policy policy, EvaluationFacts evaluation, PairedBaseline? baseline) => rule.Metric switch
    {
        Metrics.NaturalAccuracy => new Outcomes(
            "natural accuracy", evaluation.Natural?.Bits, baseline?.Natural, null),
        Metrics.RobustAccuracy => Attacked(rule, policy, evaluation, baseline),
        Metrics.WorstCaseAccuracy => Worst(rule, evaluation, baseline),
        _ => Values.OfIndicator(rule, policy, evaluation, baseline),
    };

    /// <summary>Whether the pinned side is the last release's, not the baseline's.</summary>
    public bool SinceRelease { get; init; }

    /// <summary>The p-value of what the rule compares; null where it compares nothing, or cannot.</summary>
    public abstract double? P(Rule rule);

    private static Measurement Attacked(Rule rule, Policy policy, EvaluationFacts evaluation, PairedBaseline? baseline)
    {
        if (RuleTargets.Resolve(policy, rule) is not [var run])
        {
            return new Outcomes($"'{rule.Attack}'", null, null, null);
        }

        var attack = evaluation.Attacks.FirstOrDefault(attack => attack.Id == run.Id);
        var difference = attack is null || baseline is null ? null : Pairing.Difference(attack, baseline);
        return new Outcomes(
            Words.Attack(run), attack?.Bits,
            difference is null ? baseline?.Attacks.FirstOrDefault(pinned => pinned.Id == run.Id)?.Bits : null,
            rule.Compares ? difference : null);
    }

    private static Measurement Worst(Rule rule, EvaluationFacts evaluation, PairedBaseline? baseline)
    {
        var norm = rule.Norm.Name();
        if (rule.Epsilon is not { } radius)
        {
            return new Outcomes($"worst case ({norm})", null, null, null);
        }

        var epsilon = WorstCase.Radius(radius);
        var subject = Words.Worst(norm, epsilon);
        var worst = WorstCase.Of(evaluation, norm, epsilon);
        var difference = worst is null || baseline is null ? null : Pairing.Difference(worst, evaluation, baseline);
        return new Outcomes(
            subject, worst?.Bits,
            difference is null && baseline is not null ? WorstCase.Of(baseline.AsEvaluation(), norm, epsilon)?.Bits : null,
            rule.Compares ? difference : null);
    }
}

/// <summary>Right or wrong, sample by sample, now and in the baseline.</summary>
/// <param name="Pinned">Null where there is nothing comparable.</param>
internal sealed record Outcomes(string Subject, BitString? Bits, BitString? Pinned, string? Incomparable)
    : Measurement(Subject, Bits is { Count: > 0 } ? null : "nothing measured it", Incomparable)
{
    public override double? P(Rule rule)
    {
        if (Absent is not null || Incomparable is not null || Pinned is null || rule.MaxDrop is null)
        {
            return null;
        }

        var (_, @fixed, broken, _) = Table();
        return Statistics.McNemar(broken, @fixed);
    }

    /// <summary>The 2×2 table of baseline and now.</summary>
    public (int Both, int Fixed, int Broken, int Neither) Table()
    {
        int both = 0, @fixed = 0, broken = 0, neither = 0;
        for (var i = 0; i < Bits!.Count; i++)
        {
            switch (Pinned![i], Bits[i])
            {
                case (true, true): both++; break;
                case (false, true): @fixed++; break;
                case (true, false): broken++; break;
                default: neither++; break;
            }
        }

        return (both, @fixed, broken, neither);
    }
}

/// <summary>One quantity of the indicator.</summary>
/// <param name="Now">The statistic over all rightly classified samples; null where undefined.</param>
/// <param name="Pairs">Values, rounded alike, of the samples that are right in both and had one in the baseline; null where it is now undefined.</param>
/// <param name="Fall">How sure a fall is, the lowest value assumed where there is none now; null where nothing is compared.</param>
/// <param name="Rise">How sure a rise is, the highest value assumed where there is none now.</param>
/// <param name="Declined">Why a quantity that predicts robustness is no criterion here; null where it may be one.</param>
internal sealed record Values(
    string Subject, string? Absent, string? Incomparable, double? Now, ImmutableArray<(double Before, double? Now)> Pairs,
    Bootstrap? Fall, Bootstrap? Rise, string? Declined = null) : Measurement(Subject, Absent, Incomparable)
{
    /// <summary>Two-sided where the rule limits both directions.</summary>
    public override double? P(Rule rule) => (rule.MaxDropRatio, rule.MaxRiseRatio) switch
    {
        (not null, not null) => Fall is null ? null : Math.Min(1, 2 * Math.Min(Fall.Fall, Rise!.Rise)),
        (not null, null) => Fall?.Fall,
        (null, not null) => Rise?.Rise,
        _ => null,
    };

    /// <summary>The pairs with a value assumed where there is none now: whoever makes the worst samples vanish gains nothing by it.</summary>
    public ImmutableArray<(double Before, double Now)> Assuming(double missing) =>
        [.. Pairs.Select(pair => (pair.Before, pair.Now ?? missing))];

    /// <summary>
    /// Pairs by sample: a statistic over other samples would be another statistic. Where the quantity became undefined
    /// at more than half of the samples that had it (as where gradients vanish), nothing comparable is left.
    /// </summary>
    public static Values OfIndicator(Rule rule, Policy policy, EvaluationFacts evaluation, PairedBaseline? baseline) =>
        Measure(rule, policy, evaluation, baseline) with { Declined = Decline(rule, evaluation) };

    private static Values Measure(Rule rule, Policy policy, EvaluationFacts evaluation, PairedBaseline? baseline)
    {
        var subject = Words.Indicator(rule);
        var quantity = Baseline.Quantity(rule.Metric);
        if (evaluation.Indicator is not { } indicator || !indicator.PerSample.TryGetValue(quantity, out var values))
        {
            return new(subject, "nothing measured it", null, null, [], null, null);
        }

        var now = IndicatorSummary.Of(values, indicator.Right)[rule.Statistic];
        var absent = now is null ? "it is undefined at every rightly classified sample" : null;
        if (!rule.Compares || baseline is null)
        {
            return new(subject, absent, null, now, [], null, null);
        }

        if (baseline.Indicator is not { } pinned || pinned.Samples != indicator.Samples
            || !pinned.PerSample.TryGetValue(quantity, out var before))
        {
            return new(subject, absent, $"the baseline has no values of {rule.Metric} at these samples", now, [], null, null);
        }

        if (Metrics.DependsOnSettings(rule.Metric) && pinned.Protocol != indicator.Context?.Protocol)
        {
            return new(
                subject, absent, $"it was measured as '{pinned.Protocol ?? "unknown"}', now as '{indicator.Context?.Protocol ?? "unknown"}'", now, [], null, null);
        }

        var had = Enumerable.Range(0, indicator.Samples)
            .Where(i => pinned.Right[i] && indicator.Right[i] && before[i] is not null).ToArray();
        var pairs = had.Select(i => (before[i]!.Value, Rounding.FourDigits(values[i]))).ToImmutableArray();
        var defined = pairs.Count(pair => pair.Item2 is not null);
        absent ??= defined == 0 || 2 * defined < had.Length
            ? $"of {had.Length} samples that could be compared it is defined at {defined}"
            : null;
        var measured = new Values(subject, absent, null, now, pairs, null, null);
        return absent is not null ? measured : measured with
        {
            Fall = Bootstrap.Of(measured.Assuming(double.NegativeInfinity), rule.Statistic, policy.Seed, Power.Level(policy)),
            Rise = Bootstrap.Of(measured.Assuming(double.PositiveInfinity), rule.Statistic, policy.Seed, Power.Level(policy)),
        };
    }

    /// <summary>What predicts robustness must have done so where attacks of the same run can tell.</summary>
    private static string? Decline(Rule rule, EvaluationFacts evaluation)
    {
        if (Metrics.Predicts(rule.Metric) is not { } norm || evaluation.Indicator is not { } indicator
            || BreakDistances.Of(evaluation, norm.Name(), indicator.Samples) is not { } distances
            || !indicator.PerSample.ContainsKey(Baseline.Quantity(rule.Metric)))
        {
            return null;
        }

        var held = Agreement.Of(Baseline.Quantity(rule.Metric), indicator, distances);
        return held.Correlation is { } correlation && !(correlation >= Agreement.LeastCorrelation)
            ? $"over {held.Samples} samples its rank correlation with the distances at which attacks in {norm.Name()} broke them is {Words.Value(correlation)}, "
                + $"below {Words.Value(Agreement.LeastCorrelation)}: it does not predict this model's robustness"
            : null;
    }
}
