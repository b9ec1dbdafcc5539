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
        ["RG0201"] = "the baseline is missing",
        ["RG0202"] = "the baseline cannot be read",
        ["RG0203"] = "the baseline has another schema version",
        ["RG0204"] = "the baseline contradicts itself",
        ["RG0205"] = "the baseline is of other samples",
        ["RG0206"] = "the baseline lacks what a rule compares",
        ["RG0208"] = "results cannot be pinned",
        ["RG0209"] = "stored results cannot be read",
        ["RG0210"] = "there are no results to pin",
        ["RG0211"] = "the results are of another policy",
        ["RG0212"] = "the policy names no baseline file",
        ["RG0301"] = "a data file cannot be read",
        ["RG0302"] = "a data file is empty",
        ["RG0303"] = "a data file is truncated or damaged",
        ["RG0304"] = "the data format is not known",
        ["RG0305"] = "the samples do not have the model's input shape",
        ["RG0306"] = "images and labels differ in number",
        ["RG0307"] = "pixels lie outside the model's bounds",
        ["RG0308"] = "a label is not a class",
        ["RG0309"] = "the data hold NaN or infinite values",
        ["RG0310"] = "there are no samples to evaluate",
        ["RG0311"] = "more samples are asked for than there are",
        ["RG0312"] = "the data are not those that were pinned",
        ["RG0313"] = "a data file is too large",
        ["RG0314"] = "8-bit pixels have no bounds to be mapped to",
        ["RG0315"] = "there are no labels",
        ["RG0316"] = "the numbers of an array have an unsupported type",
        ["RG0320"] = "a region is not valid",
        ["RG0323"] = "the targets do not belong to the samples",
        ["RG0330"] = "samples were rearranged or converted",
        ["RG0901"] = "libtorch cannot be loaded",
        ["RG0904"] = "the evaluation process died",
        ["RG0905"] = "nothing was evaluated",
        ["RG0906"] = "the evaluation did not finish",
        ["RG0907"] = "part of the evaluation is missing",
        ["RG0910"] = "the evaluation was interrupted",
        ["RG0911"] = "the evaluation took too long",
        ["RG0912"] = "the evaluation met a defect of the tool",
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
