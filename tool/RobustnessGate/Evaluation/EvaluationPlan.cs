using System.Collections.Immutable;
using RobustnessGate.Attacks;
using RobustnessGate.Maths;
using RobustnessGate.Policies;

namespace RobustnessGate.Evaluation;

/// <summary>What an evaluation measures: the part of a policy that says so, without what judges and reports.</summary>
/// <param name="Seed">Root of all randomness.</param>
/// <param name="Model">As messages name it, and what it takes.</param>
/// <param name="Attacks">In the order in which they run.</param>
/// <param name="Indicator">Null to measure none.</param>
/// <param name="Source">Where each key stands, for findings that point at it.</param>
internal sealed record EvaluationPlan(
    long Seed, ModelSection Model, ImmutableArray<AttackEntry> Attacks, IndicatorSection? Indicator, PolicySource Source)
{
    /// <summary>A plan that stands in no file.</summary>
    /// <param name="source">What findings give as their place.</param>
    public EvaluationPlan(ModelSection model, ImmutableArray<AttackEntry> attacks, string source)
        : this(0, model, attacks, null, new(source, source, "", ImmutableDictionary<string, (int Line, int Column)>.Empty))
    {
    }

    /// <summary>Runs that rules judge, by their ids; null where there are no rules.</summary>
    public ImmutableHashSet<string>? Judged { get; init; }

    public static EvaluationPlan Of(Policy policy) => new(policy.Seed, policy.Model, policy.Attacks, policy.Indicator, policy.Source)
    {
        Judged = [.. policy.Gate.Rules.SelectMany(rule => Balls(RuleTargets.Resolve(policy, rule))).Select(run => run.Id)],
    };

    /// <summary>A worst case is that of its greatest ball, in which the others lie.</summary>
    private static IEnumerable<AttackRun> Balls(ImmutableArray<AttackRun> judged) =>
        judged.Where(run => run.Epsilon.IsBox || run.Epsilon.Value >= judged.Max(other => other.Epsilon.IsBox ? 0 : other.Epsilon.Value));

    /// <summary>Every attack at every radius.</summary>
    public IEnumerable<AttackRun> Runs => Attacks.SelectMany(entry => entry.Runs);

    /// <summary>
    /// One run for each ball that rules judge, and without rules on robust counts for the greatest one, in the norms in which
    /// samples can be searched without gradients as well: ℓ∞ first, then ℓ2, boxes last.
    /// </summary>
    public IEnumerable<AttackRun> JudgedBalls()
    {
        var all = Runs.Where(run => run.Entry is { Norm: Norm.Linf or Norm.L2, Target: Target.None }).ToArray();
        var judged = all.Where(run => Judged?.Contains(run.Id) != false).ToArray();
        return (judged.Length > 0 && Judged is not null ? judged : all.Where(run => run.Entry.Attack is not Noise))
            .GroupBy(run => (run.Entry.Norm, run.Epsilon.IsBox, Radius: judged.Length > 0 && Judged is not null && !run.Epsilon.IsBox ? run.Epsilon.Value : 0))
            .OrderBy(group => group.Key.IsBox).ThenBy(group => group.Key.Norm == Norm.Linf ? 0 : 1).ThenBy(group => group.Key.Radius)
            .Select(group => group.OrderBy(run => run.Entry.Attack is Noise).ThenByDescending(run => run.Epsilon.IsBox ? 0 : run.Epsilon.Value).First());
    }

    /// <summary>ℓ∞ radii of the attacks, those of boxes left out.</summary>
    public IEnumerable<double> Radii => Runs.Where(run => run.Entry.Norm == Norm.Linf && !run.Epsilon.IsBox).Select(run => run.Epsilon.Value);
}
