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
        ["RG0201"] = "the baseline is missing",
        ["RG0202"] = "the baseline cannot be read",
        ["RG0203"] = "the baseline has another schema version",
        ["RG0204"] = "the baseline contradicts itself",
        ["RG0205"] = "the baseline is of other samples",
        ["RG0206"] = "the baseline lacks what a rule compares",
        ["RG0208"] = "results cannot be pinned",
        ["RG0209"] = "stored results cannot be read",
        ["RG0901"] = "libtorch cannot be loaded",
        ["RG0904"] = "the evaluation process died",
        ["RG0905"] = "nothing was evaluated",
        ["RG0906"] = "the evaluation did not finish",
        ["RG0907"] = "part of the evaluation is missing",
        ["RG1001"] = "robustness fell",
        ["RG1002"] = "below the floor",
        ["RG1003"] = "above the ceiling",
        ["RG1004"] = "an indicator worsened",
        ["RG1005"] = "a rule has nothing to judge",
        ["RG1101"] = "inconclusive: too few samples to tell",
        ["RG1102"] = "a real fall within what is allowed",
        ["RG1103"] = "the baseline can be tightened",
        ["RG1104"] = "the baseline was made under other conditions",
    }.ToImmutableSortedDictionary(StringComparer.Ordinal);
}
