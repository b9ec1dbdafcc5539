using System.Collections.Immutable;
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

    public static EvaluationPlan Of(Policy policy) => new(policy.Seed, policy.Model, policy.Attacks, policy.Indicator, policy.Source);

    /// <summary>Every attack at every radius.</summary>
    public IEnumerable<AttackRun> Runs => Attacks.SelectMany(entry => entry.Runs);

    /// <summary>ℓ∞ radii of the attacks, those of boxes left out.</summary>
    public IEnumerable<double> Radii => Runs.Where(run => run.Entry.Norm == Norm.Linf && !run.Epsilon.IsBox).Select(run => run.Epsilon.Value);
}
