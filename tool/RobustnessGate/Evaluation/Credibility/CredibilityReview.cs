using RobustnessGate.Attacks;
using RobustnessGate.Diagnostics;
using RobustnessGate.Facts;
using RobustnessGate.Maths;
using RobustnessGate.Policies;

namespace RobustnessGate.Evaluation.Credibility;

/// <summary>
/// After the attacks: whether their counts can be believed. Facts are compared first; then short searches beyond the
/// policy's ask what the facts cannot tell.
/// </summary>
internal sealed class CredibilityReview(EvaluationPlan plan, NaturalOutcome natural, AttackRunner attacks)
{
    /// <param name="before">Signs seen before the attacks ran.</param>
    /// <param name="facts">What the attacks did.</param>
    /// <returns>What is new, RG1120 last where all signs together take the counts' credit.</returns>
    public IEnumerable<Finding> Examine(IReadOnlyList<Suspicion> before, IReadOnlyList<AttackFact> facts)
    {
        var results = RunResult.Of(plan, facts);
        if (results.Length == 0)
        {
            return [];
        }

        List<Suspicion> found =
        [
            .. new[]
            {
                OneStepCheck.Examine(results, plan.Source), MonotonyCheck.Examine(results, plan.Source),
                NoiseCheck.Examine(results, plan.Source),
            }.OfType<Suspicion>(),
        ];
        var probe = new Probe(attacks);
        var suspect = before.Count + found.Count > 0;
        List<Suspicion> efforts = [];
        foreach (var run in Greatest(results))
        {
            var where = plan.Source.At(run.Entry.Path);
            var robust = Robust(results, run);
            var (searched, broken) = probe.Search(Probe.WhiteBox, run.Entry.Norm, run.Epsilon, run.Entry, robust);
            if (EffortCheck.Examine(broken, searched, before.Any(sign => sign.Underflow), run, where) is { } effort)
            {
                efforts.Add(effort);
            }

            if (GradientFreeCheck.Examine(probe, robust, suspect, run, where) is { } better)
            {
                found.Add(better);
            }
        }

        if (HugeRadiusCheck.Examine(
            probe, natural, Robust(results, run => run.Entry.Norm == Norm.Linf && !run.Epsilon.IsBox), plan.Model.Input, plan.Source.At("model.path")) is { } huge)
        {
            found.Add(huge);
        }

        // A weak policy is not the model's doing: it is said, but counts against the model only where something else does.
        Suspicion[] signs = [.. before, .. found];
        found.AddRange(efforts);
        signs = signs.Length > 0 ? [.. signs, .. efforts] : signs;

        return
        [
            .. found.Select(sign => sign.Finding),
            .. new[] { Suspicion.Conclude(signs, plan.Source.At("model.path")) }.OfType<Finding>(),
        ];
    }

    /// <summary>The greatest ball that the policy judges in each norm that the probes are defined for, and the box.</summary>
    private static IEnumerable<AttackRun> Greatest(IReadOnlyList<RunResult> results) => results
        .Where(result => result.Run.Entry is { Norm: Norm.Linf or Norm.L2, Target: Target.None, Attack: not Noise })
        .GroupBy(result => (result.Run.Entry.Norm, result.Run.Epsilon.IsBox))
        .OrderBy(group => group.Key.IsBox).ThenBy(group => group.Key.Norm == Norm.Linf ? 0 : 1)
        .Select(group => group.MaxBy(result => result.Run.Epsilon.IsBox ? 0 : result.Run.Epsilon.Value)!.Run);

    /// <summary>Samples that nothing broke in the norm and kind of region that this run searches.</summary>
    private bool[] Robust(IEnumerable<RunResult> results, AttackRun like) => Robust(
        results, run => run.Entry.Norm == like.Entry.Norm && run.Epsilon.IsBox == like.Epsilon.IsBox);

    private bool[] Robust(IEnumerable<RunResult> results, Func<AttackRun, bool> counts)
    {
        var robust = natural.Right.ToArray();
        foreach (var result in results.Where(result => result.Run.Entry.Target is Target.None && counts(result.Run)))
        {
            for (var i = 0; i < robust.Length; i++)
            {
                robust[i] &= result.Fact.Bits[i];
            }
        }

        return robust;
    }
}
