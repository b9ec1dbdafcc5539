using RobustnessGate.Attacks;
using RobustnessGate.Diagnostics;
using RobustnessGate.Policies;

namespace RobustnessGate.Evaluation.Credibility;

/// <summary>Many steps find at least what one finds, or the gradients along the way mislead (Athalye et al. 2018, Section 3.1).</summary>
internal static class OneStepCheck
{
    /// <summary>Share of the samples that may go the other way by chance.</summary>
    private const double Acceptable = 0.02;

    /// <returns>RG1113 for the greatest difference; null where every iterative attack is at least as strong.</returns>
    public static Suspicion? Examine(IReadOnlyList<RunResult> results, PolicySource source)
    {
        var worst = (
            from one in results.Where(result => result.Run.Entry.Attack is Fgsm)
            from many in results.Where(result => result.Run.Entry.Attack is Bim or MiFgsm or Pgd or CwLinf or ApgdCe or ApgdDlr or ApgdT && result.Compares(one))
            let lost = many.Robust - one.Robust
            where lost > Math.Max(1, Acceptable * one.Fact.Bits.Count)
            select (one, many, lost)).OrderByDescending(pair => pair.lost).FirstOrDefault();
        return worst.one is null ? null : new Suspicion(
            new Finding("RG1113", Severity.Warning, source.At(worst.many.Run.Entry.Path),
                $"'{worst.many.Run.Id}' leaves {worst.many.Robust} samples robust, where the single step of '{worst.one.Run.Id}' leaves {worst.one.Robust}. More steps should find more: the gradients mislead, or the steps are far too long or too short."),
            $"one step breaks {worst.lost} samples more than many", Decisive: false);
    }
}
