using System.Collections.Immutable;
using RobustnessGate.Policies;

namespace RobustnessGate.Results;

/// <summary>Samples that nothing evaluated in one norm, at a radius or below, broke.</summary>
/// <param name="Epsilon">The radius; null for the per-sample box.</param>
/// <param name="Attacks">Ids of the results that were combined.</param>
public sealed record WorstCase(string Norm, double? Epsilon, BitString Bits, ImmutableArray<string> Attacks)
{
    /// <summary>
    /// Bitwise AND over the natural prediction and every untargeted result of the norm at a radius ≤ ε. A box is
    /// comparable with no radius: it is combined with boxes alone. Null where there is nothing to combine.
    /// </summary>
    public static WorstCase? Of(Evaluation evaluation, string norm, double? epsilon)
    {
        var parts = evaluation.Attacks.Where(attack => Counts(attack, norm, epsilon)).ToArray();
        return evaluation.Natural is null || parts.Length == 0
            ? null
            : new(
                norm, epsilon, parts.Select(part => part.Bits).Aggregate(evaluation.Natural.Bits, BitString.And),
                [.. parts.Select(part => part.Id)]);
    }

    /// <summary>The worst case of every norm and radius in use, by attacks or by rules; norms in their declared order, then ε.</summary>
    public static ImmutableArray<WorstCase> All(Evaluation evaluation, Policy policy)
    {
        var used = evaluation.Attacks.Where(attack => !attack.Targeted).Select(attack => (attack.Norm, attack.Epsilon));
        var asked = policy.Gate.Rules
            .Where(rule => rule is { Metric: Metrics.WorstCaseAccuracy, Epsilon: not null })
            .Select(rule => (rule.Norm.Name(), Radius(rule.Epsilon!.Value)));
        return
        [
            .. used.Concat(asked).Distinct()
                .OrderBy(pair => Array.IndexOf(Names, pair.Item1)).ThenBy(pair => pair.Item2 ?? double.PositiveInfinity)
                .Select(pair => Of(evaluation, pair.Item1, pair.Item2)).OfType<WorstCase>(),
        ];
    }

    /// <summary>ε as facts hold it: null for the box.</summary>
    public static double? Radius(Epsilon epsilon) => epsilon.IsBox ? null : epsilon.Value;

    private static readonly string[] Names = [.. Enum.GetValues<Norm>().Select(norm => norm.Name())];

    private static bool Counts(AttackFact attack, string norm, double? epsilon) =>
        !attack.Targeted && attack.Norm == norm
        && (epsilon is null ? attack.Epsilon is null : attack.Epsilon <= epsilon);
}
