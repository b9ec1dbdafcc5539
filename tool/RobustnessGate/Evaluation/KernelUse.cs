using System.Collections.Immutable;
using RobustnessGate.Facts;
using RobustnessGate.Kernels;

namespace RobustnessGate.Evaluation;

/// <summary>How this process computes, as a fact of a run.</summary>
internal static class KernelUse
{
    public static KernelFacts Facts() => new(
        KernelSelection.Used.Name(),
        [.. KernelSelection.Wrong],
        Convolution.Tally is { Count: > 0 } tally
            ? tally.ToImmutableSortedDictionary(part => part.Way, part => part.Count, StringComparer.Ordinal) : null);
}
