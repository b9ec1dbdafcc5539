using System.Collections.Immutable;
using RobustnessGate.Facts;
using RobustnessGate.Policies;
using RobustnessGate.Training;

namespace RobustnessGate.Hardening;

/// <summary>All that is known of a model before and after a hardening.</summary>
/// <param name="Search">What training's own search finds at the policy's L∞ radii, ascending.</param>
/// <param name="Shared">How many of the judged samples were trained on too.</param>
/// <param name="Found">What the training found of an earlier run; null for nothing.</param>
internal sealed record BeforeAfter(
    EvaluationFacts Before, EvaluationFacts After, ImmutableArray<SearchFigure> Search, int Shared, Resumption? Found)
{
    public Change Natural { get; } = Change.Of(Before.Natural!.Bits, After.Natural!.Bits);

    /// <summary>
    /// The worst case over the policy's attacks at the radii of its untargeted ones, as the gate puts it together; by norm
    /// in the policy's order and radius; null for the samples' boxes.
    /// </summary>
    public ImmutableArray<(string Norm, double? Epsilon, Change Figure)> WorstCases { get; } =
    [
        .. from attack in Before.Attacks
           where !attack.Targeted
           group attack.Epsilon by attack.Norm into norm
           from radius in norm.Distinct().Order()
           let old = WorstCase.Of(Before, norm.Key, radius)
           let made = WorstCase.Of(After, norm.Key, radius)
           where old is not null && made is not null
           select (norm.Key, radius, Change.Of(old.Bits, made.Bits)),
    ];

    /// <summary>
    /// Every targeted attack by itself: how many samples were not moved to the target. Two targets are two questions, so
    /// they are not put together.
    /// </summary>
    public ImmutableArray<(string Id, Change Figure)> Targeted { get; } =
    [
        .. from pair in Before.Attacks.Zip(After.Attacks)
           where pair.First.Targeted
           select (pair.First.Id, Change.Of(pair.First.Bits, pair.Second.Bits)),
    ];

    /// <summary>A statistic of an indicator before and after; null where either is not known.</summary>
    public (double Before, double After)? Indicator(string key, Statistic statistic) =>
        Summary(Before, key, statistic) is { } old && Summary(After, key, statistic) is { } made ? (old, made) : null;

    private static double? Summary(EvaluationFacts facts, string key, Statistic statistic) =>
        facts.Indicator is { } indicator && indicator.PerSample.TryGetValue(key, out var values)
            ? IndicatorSummary.Of(values, indicator.Right)[statistic]
            : null;
}

/// <summary>How many of some samples are right, before and after.</summary>
internal readonly record struct Change(int Before, int After, int Count)
{
    /// <summary>In percentage points.</summary>
    public double Points => 100.0 * (After - Before) / Count;

    public static Change Of(BitString before, BitString after) => new(before.Ones, after.Ones, before.Count);
}

/// <summary>What training's own search leaves of the judged samples at one radius.</summary>
internal readonly record struct SearchFigure(double Epsilon, int Before, int After, int Count)
{
    public Change Change => new(Before, After, Count);
}
