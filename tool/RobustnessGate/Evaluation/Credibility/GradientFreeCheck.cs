using RobustnessGate.Attacks;
using RobustnessGate.Diagnostics;
using RobustnessGate.Facts;
using RobustnessGate.Maths;
using RobustnessGate.Policies;

namespace RobustnessGate.Evaluation.Credibility;

/// <summary>
/// Gradients know more than answers alone: a search without them that finds more says that they mislead
/// (Athalye et al. 2018, Section 3.1; Croce and Hein 2020, Section 6).
/// </summary>
internal static class GradientFreeCheck
{
    /// <summary>Share of the samples searched that random search may find by luck.</summary>
    private const double Acceptable = 0.02;

    private const int Queries = 200;

    /// <summary>Where gradients are known to be dead, more is at stake than time.</summary>
    private const int QueriesOfSuspects = 1000;

    /// <param name="probe">Searches.</param>
    /// <param name="robust">For each sample whether it withstood the policy and a long search along gradients.</param>
    /// <param name="suspect">Whether something else spoke against the gradients.</param>
    /// <param name="run">The run whose ball is searched.</param>
    /// <param name="where">Of that run's entry.</param>
    /// <returns>RG1118; null where nothing noteworthy was broken.</returns>
    public static Suspicion? Examine(Probe probe, bool[] robust, bool suspect, AttackRun run, Location where)
    {
        var square = new Square(suspect ? QueriesOfSuspects : Queries);
        var (searched, broken) = probe.Search(square, run.Entry.Norm, run.Epsilon, run.Entry, robust);
        return !(broken > Math.Max(1, Acceptable * searched)) ? null : new Suspicion(
            new Finding("RG1118", Severity.Warning, where, FormattableString.Invariant(
                $"black-box search (square, {square.Iterations} queries) breaks {broken} of {searched} samples that gradient attacks could not break at ε = {run.Epsilon} ({run.Entry.Norm.Name()}). Gradients should find what it finds, so they mislead: judge this model by attacks that need none.")),
            $"black-box search breaks {Words.Samples(broken)} that gradient attacks could not", Decisive: true);
    }
}
