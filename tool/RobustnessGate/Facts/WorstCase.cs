using System.Collections.Immutable;
using RobustnessGate.Maths;
using RobustnessGate.Policies;

namespace RobustnessGate.Facts;

/// <summary>Samples that nothing evaluated in one norm, at a radius or below, broke.</summary>
/// <param name="Epsilon">The radius; null for the per-sample box.</param>
/// <param name="Attacks">Ids of the results that were combined.</param>
internal sealed record WorstCase(string Norm, double? Epsilon, BitString Bits, ImmutableArray<string> Attacks)
{
    /// <summary>
    /// Bitwise AND over the natural prediction and every result of the norm at a radius ≤ ε (see
    /// <see cref="RuleTargets.Covers"/>). A targeted attack that reached its target broke the sample as well, unless the
    /// target is the true class. Null where there is nothing to combine, or not all of it is over the same samples.
    /// </summary>
    public static WorstCase? Of(EvaluationFacts evaluation, string norm, double? epsilon)
    {
        var parts = evaluation.Attacks
            .Where(attack => RuleTargets.Covers(norm, epsilon, attack.Norm, attack.Epsilon)).ToArray();
        return evaluation.Natural is not { Bits: var natural } || parts.Length == 0 || parts.Any(part => part.Bits.Count != natural.Count)
            ? null
            : new(
                norm, epsilon, parts.Select(part => Unbroken(part, evaluation.Data)).Aggregate(natural, BitString.And),
                [.. parts.Select(part => part.Id)]);
    }

    /// <summary>The worst case of every norm and radius in use, by attacks or by rules; norms in their declared order, then ε.</summary>
    public static ImmutableArray<WorstCase> All(EvaluationFacts evaluation, Policy policy)
    {
        var used = evaluation.Attacks.Select(attack => (attack.Norm, attack.Epsilon));
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

    /// <summary>
    /// Samples that a result did not break: its own bits, and of a targeted one also those that were moved to their true
    /// class. A prediction or a label that is not known counts as broken.
    /// </summary>
    public static BitString Unbroken(AttackFact attack, DataFact? data) => !attack.Targeted
        ? attack.Bits
        : new(attack.Bits.Select((withstood, i) => withstood
            || (data is not null && i < data.Labels.Length && i < attack.Predictions.Length && attack.Predictions[i] == data.Labels[i])));
}
