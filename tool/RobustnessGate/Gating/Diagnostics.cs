using System.Collections.Immutable;

namespace RobustnessGate.Gating;

/// <summary>
/// All diagnostic codes, with a title each. Every code has a heading in docs/diagnostics.md; a test compares the two.
/// Bands: RG00xx command line · RG01xx policy · RG02xx baseline · RG03xx data · RG04xx model ·
/// RG05xx integrity · RG09xx infrastructure · RG10xx regression · RG11xx credibility and warnings.
/// </summary>
public static class Diagnostics
{
    public static readonly ImmutableSortedDictionary<string, string> Titles = new Dictionary<string, string>
    {
        ["RG0480"] = "training diverged",
        ["RG0901"] = "libtorch cannot be loaded",
        ["RG0904"] = "the evaluation process died",
        ["RG1001"] = "robustness fell",
    }.ToImmutableSortedDictionary(StringComparer.Ordinal);
}
