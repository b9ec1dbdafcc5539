using RobustnessGate.Diagnostics;
using RobustnessGate.Policies;

namespace RobustnessGate.Evaluation.Credibility;

/// <summary>A greater ball holds the smaller one: accuracy cannot rise with ε, save by an attack that loses its way.</summary>
internal static class MonotonyCheck
{
    /// <returns>RG1114 for the greatest rise beyond two standard deviations; null where there is none.</returns>
    public static Suspicion? Examine(IReadOnlyList<RunResult> results, PolicySource source)
    {
        var worst = (
            from small in results.Where(result => !result.Run.Epsilon.IsBox)
            from great in results.Where(result => AttackDescription.Same(result.Run.Entry, small.Run.Entry) && result.Run.Entry.Norm == small.Run.Entry.Norm
                && result.Run.Epsilon.Value > small.Run.Epsilon.Value)
            let rise = great.Robust - small.Robust
            where rise > TwoDeviations(small.Robust, small.Fact.Bits.Count)
            select (small, great, rise)).OrderByDescending(pair => pair.rise).FirstOrDefault();
        return worst.small is null ? null : new Suspicion(
            new Finding("RG1114", Severity.Warning, source.At(worst.great.Run.Entry.Path),
                $"'{worst.great.Run.Id}' leaves {worst.great.Robust} samples robust, though '{worst.small.Run.Id}' leaves only {worst.small.Robust} at a smaller radius. Every point of the smaller ball is in the greater: the attack loses its way there. With judge: last and long steps this is usual; judge: any does not have it."),
            $"{worst.rise} samples more are robust at a greater radius", Decisive: false);
    }

    /// <summary>Of a count, and at least one sample.</summary>
    private static double TwoDeviations(int count, int total) =>
        Math.Max(1, 2 * Math.Sqrt((double)count * (total - count) / Math.Max(1, total)));
}
