using RobustnessGate.Diagnostics;
using RobustnessGate.Policies;

namespace RobustnessGate.Evaluation.Credibility;

/// <summary>Whether float32, in which attacks search, and float64, in which verdicts are taken, saw one model.</summary>
internal static class PrecisionCheck
{
    /// <summary>Share of the samples that may differ by a rounding inside the network.</summary>
    private const double Acceptable = 0.02;

    /// <param name="disagreeing">Samples of each run that float32 saw broken and float64 far from it.</param>
    /// <returns>RG1136 for the run with most of them; null where there are none.</returns>
    public static Suspicion? Examine(
        IReadOnlyList<RunResult> results, IReadOnlyDictionary<string, int[]> disagreeing, PolicySource source)
    {
        var worst = results.Select(result => (result.Run, Total: result.Fact.Bits.Count, Count: disagreeing.GetValueOrDefault(result.Run.Id, []).Length))
            .OrderByDescending(run => run.Count).FirstOrDefault();
        return worst.Count == 0 ? null : new Suspicion(
            new Finding("RG1136", Severity.Warning, source.At(worst.Run.Entry.Path), FormattableString.Invariant(
                $"under '{worst.Run.Id}' the model in float32 is broken at {worst.Count} of {worst.Total} samples where in float64 it is robust, by more than rounding explains. They count as broken: what a deployment computes in is not known.")),
            $"float32 and float64 disagree on {Facts.Words.Samples(worst.Count)}", Decisive: worst.Count > Math.Max(1, Acceptable * worst.Total));
    }
}
