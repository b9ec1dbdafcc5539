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
        ["RG0001"] = "not a verb or an option",
        ["RG0002"] = "an option's value is missing or invalid",
        ["RG0003"] = "a verb is missing",
        ["RG0004"] = "the output folder cannot be used",
        ["RG0210"] = "there are no results to pin",
        ["RG0211"] = "the results are of another policy",
        ["RG0212"] = "the policy names no baseline file",
        ["RG0901"] = "libtorch cannot be loaded",
        ["RG0904"] = "the evaluation process died",
        ["RG0910"] = "the evaluation was interrupted",
        ["RG0911"] = "the evaluation took too long",
        ["RG0912"] = "the evaluation met a defect of the tool",
        ["RG1001"] = "robustness fell",
    }.ToImmutableSortedDictionary(StringComparer.Ordinal);
}
