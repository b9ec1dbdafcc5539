using System.Collections.Immutable;
using RobustnessGate.Maths;

namespace RobustnessGate.Policies;

/// <summary>Which runs a rule speaks of: one answer for the reading of policies and for the gate.</summary>
internal static class RuleTargets
{
    private const int ListedCandidates = 12;

    /// <summary>
    /// The runs of a rule, in file order: exactly one of <c>robust-accuracy</c> and at least one of
    /// <c>worst-case-accuracy</c> in every policy that was read without findings; none for other metrics.
    /// </summary>
    public static ImmutableArray<AttackRun> Resolve(Policy policy, Rule rule) => Resolve(policy.Runs, rule);

    /// <summary>
    /// Whether a result counts in the worst case of a norm and a greatest radius. A null radius is the per-sample box,
    /// which is comparable with no ball: it covers boxes alone, and no ball covers it.
    /// </summary>
    public static bool Covers(string norm, double? greatest, string attackNorm, double? radius) =>
        norm == attackNorm && (greatest is null ? radius is null : radius <= greatest);

    /// <summary>Why the rule's runs are not what its metric needs, with the candidates; null where they are.</summary>
    internal static string? Mismatch(IEnumerable<AttackRun> runs, Rule rule)
    {
        var all = runs.ToArray();
        var count = Resolve(all, rule).Length;
        return rule.Metric switch
        {
            Metrics.RobustAccuracy when count != 1 => Mismatch(all, rule, count),
            Metrics.WorstCaseAccuracy when count == 0 =>
                $"no attack in the norm {rule.Norm.Name()} at {(rule.Epsilon!.Value.IsBox ? "the box" : $"a radius of at most {rule.Epsilon}")} is part of the policy, "
                + $"so nothing could break a sample. {Candidates(all.Where(run => run.Entry.Norm == rule.Norm), all)}",
            _ => null,
        };
    }

    private static ImmutableArray<AttackRun> Resolve(IEnumerable<AttackRun> runs, Rule rule) => rule.Metric switch
    {
        Metrics.RobustAccuracy => [.. Named(runs.ToArray(), rule.Attack).Where(run => Picks(rule.Epsilon, run.Epsilon))],
        Metrics.WorstCaseAccuracy => rule.Epsilon is { } greatest
            ? [.. runs.Where(run => Covers(rule.Norm.Name(), Radius(greatest), run.Entry.Norm.Name(), Radius(run.Epsilon)))] : [],
        _ => [],
    };

    /// <summary>Runs of the entry with that id (its own or a run's) or, where there is none, of all entries of that attack.</summary>
    private static IEnumerable<AttackRun> Named(AttackRun[] runs, string? name)
    {
        var byId = runs.Where(run => run.Id == name || run.Entry.Id == name).ToArray();
        return byId.Length > 0 ? byId : runs.Where(run => run.Entry.Attack.Name == name);
    }

    private static bool Picks(Epsilon? wanted, Epsilon given) =>
        wanted is not { } epsilon || epsilon.Equals(given) || epsilon.Value == given.Value;

    private static double? Radius(Epsilon epsilon) => epsilon.IsBox ? null : epsilon.Value;

    private static string Mismatch(AttackRun[] all, Rule rule, int count)
    {
        var named = Named(all, rule.Attack).ToArray();
        var at = rule.Epsilon is { } epsilon ? $" at ε = {epsilon}" : "";
        if (count == 0)
        {
            return $"'{rule.Attack}'{at} is no result of this policy, so there is nothing to judge. {Candidates(named, all)}";
        }

        var matching = named.Where(run => Picks(rule.Epsilon, run.Epsilon)).ToArray();
        var advice = matching.Select(run => run.Entry).Distinct().Count() == 1
            ? "Add 'epsilon' to pick one radius." : "Name one by its id.";
        return $"'{rule.Attack}'{at} matches {count} results: {List(matching)}. {advice}";
    }

    private static string Candidates(IEnumerable<AttackRun> near, AttackRun[] all)
    {
        var runs = near.ToArray() is { Length: > 0 } some ? some : all;
        return runs.Length == 0 ? "The policy has no attacks." : $"There are: {List(runs)}.";
    }

    private static string List(AttackRun[] runs) =>
        string.Join(", ", runs.Take(ListedCandidates).Select(run => run.Id))
        + (runs.Length > ListedCandidates ? $" and {runs.Length - ListedCandidates} more" : "");
}
