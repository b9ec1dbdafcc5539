using RobustnessGate.Diagnostics;
using RobustnessGate.Facts;

namespace RobustnessGate.Hosting;

/// <summary>Where an evaluation runs: in a process of its own, or in this one.</summary>
internal interface IEvaluationHost
{
    Evaluated Evaluate(EvaluationRequest request, CancellationToken cancel);
}

/// <summary>What an evaluation measured, and how it ended.</summary>
/// <param name="Facts">All that was finished; why it ended early is among its findings.</param>
/// <param name="End">
/// <see cref="ExitCode.Passed"/> where it ran to its end; otherwise the exit code for what stopped it: invalid input,
/// an interruption, the death of its process.
/// </param>
internal sealed record Evaluated(EvaluationFacts Facts, ExitCode End);
