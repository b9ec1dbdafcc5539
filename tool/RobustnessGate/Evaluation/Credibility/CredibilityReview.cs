using RobustnessGate.Attacks;
using RobustnessGate.Gating;
using RobustnessGate.Policies;
using RobustnessGate.Results;

namespace RobustnessGate.Evaluation.Credibility;

/// <summary>
/// After the attacks: whether their counts can be believed. Facts are compared first; then short hunts beyond the
/// policy's ask what the facts cannot tell.
/// </summary>
internal sealed class CredibilityReview(Policy policy, NaturalOutcome natural, AttackRunner attacks)
{
    /// <param name="before">Signs seen before the attacks ran.</param>
    /// <param name="facts">What the attacks did.</param>
    /// <returns>What is new, RG1120 last where all signs together take the counts' credit.</returns>
    public IEnumerable<Finding> Examine(IReadOnlyList<Suspicion> before, IReadOnlyList<AttackFact> facts)
    {
        var results = Ran.Of(policy, facts);
        if (results.Length == 0)
        {
            return [];
        }

        List<Suspicion> found =
        [
            .. new[]
            {
                OneStepCheck.Examine(results, policy.Source), MonotonyCheck.Examine(results, policy.Source),
                NoiseCheck.Examine(results, policy.Source),
            }.OfType<Suspicion>(),
        ];
        var probe = new Probe(attacks);
        Suspicion? effort = null;
        if (Greatest(results) is { } run)
        {
            var where = policy.Source.At(run.Entry.Path);
            var suspect = before.Count + found.Count > 0;
            var standing = Standing(results, run.Entry.Norm);
            var (hunted, fallen) = probe.Hunt(Probe.WhiteBox, run.Entry.Norm, run.Epsilon.Value, run.Entry, standing);
            effort = EffortCheck.Examine(fallen, hunted, before.Any(sign => sign.Finding.Code == "RG1112"), run, where);
            if (GradientFreeCheck.Examine(probe, standing, suspect, run, where) is { } better)
            {
                found.Add(better);
            }
        }

        if (HugeRadiusCheck.Examine(
            probe, natural, Standing(results, Norm.Linf), policy.Model.Input, policy.Source.At("model.path")) is { } huge)
        {
            found.Add(huge);
        }

        // A weak policy is not the model's doing: it is said, but counts against the model only where something else does.
        Suspicion[] signs = [.. before, .. found];
        if (effort is not null)
        {
            found.Add(effort);
            signs = signs.Length > 0 ? [.. signs, effort] : signs;
        }

        return
        [
            .. found.Select(sign => sign.Finding),
            .. new[] { Suspicion.Conclude(signs, policy.Source.At("model.path")) }.OfType<Finding>(),
        ];
    }

    /// <summary>The greatest ball that the policy judges, in a norm that the probes are defined for.</summary>
    private static AttackRun? Greatest(IReadOnlyList<Ran> results) => results
        .Where(ran => ran.Run.Entry is { Norm: Norm.Linf or Norm.L2, Target: Target.None } && !ran.Run.Epsilon.IsBox)
        .OrderBy(ran => ran.Run.Entry.Norm == Norm.Linf ? 0 : 1).ThenByDescending(ran => ran.Run.Epsilon.Value)
        .FirstOrDefault()?.Run;

    /// <summary>Samples that nothing in the norm broke.</summary>
    private bool[] Standing(IEnumerable<Ran> results, Norm norm)
    {
        var standing = natural.Right.ToArray();
        foreach (var ran in results.Where(ran => ran.Run.Entry.Norm == norm && ran.Run.Entry.Target is Target.None))
        {
            for (var i = 0; i < standing.Length; i++)
            {
                standing[i] &= ran.Fact.Bits[i];
            }
        }

        return standing;
    }
}
