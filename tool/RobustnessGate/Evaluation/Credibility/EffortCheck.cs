using RobustnessGate.Diagnostics;
using RobustnessGate.Maths;
using RobustnessGate.Policies;

namespace RobustnessGate.Evaluation.Credibility;

/// <summary>Whether more steps, more restarts and the margin as loss still break what the policy's attacks leave robust.</summary>
internal static class EffortCheck
{
    /// <summary>Share of the samples searched that a longer search may still gain.</summary>
    private const double Acceptable = 0.02;

    /// <param name="broken">Samples that the longer search broke.</param>
    /// <param name="searched">Samples that it searched.</param>
    /// <param name="underflows">Whether cross-entropy's gradient is known to vanish: then the margin's success is a sign of it.</param>
    /// <param name="run">The run whose ball it was.</param>
    /// <param name="where">Of that run's entry.</param>
    /// <returns>RG1117; null where the longer search gains next to nothing.</returns>
    public static Suspicion? Examine(int broken, int searched, bool underflows, AttackRun run, Location where) =>
        !(broken > Math.Max(1, Acceptable * searched)) ? null : new Suspicion(
            new Finding("RG1117", Severity.Warning, where, FormattableString.Invariant(
                $"of {searched} samples that withstand every attack of the policy at ε = {run.Epsilon} ({run.Entry.Norm.Name()}), a longer search (100 steps on the margin in two restarts) breaks {broken}. Your attacks are too weak, and the robust count is too high: give them more steps, restarts or another loss, or use autoattack.")),
            FormattableString.Invariant($"the margin's gradient breaks {broken} of {searched} samples that withstood the policy's attacks"), Decisive: underflows)
        {
            IsEffort = true,
        };
}
