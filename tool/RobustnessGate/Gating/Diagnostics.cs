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
        ["RG0317"] = "a file has no such part",
        ["RG0318"] = "an unsafe entry in an archive or folder",
        ["RG0319"] = "an image cannot be decoded",
        ["RG0320"] = "a region is not valid",
        ["RG0321"] = "images do not lie in class folders",
        ["RG0322"] = "a row of a table does not fit",
        ["RG0323"] = "the targets do not belong to the samples",
        ["RG0330"] = "samples were rearranged or converted",
        ["RG0331"] = "files were left out",
        ["RG0332"] = "class folders are numbered in ordinal order",
        ["RG0901"] = "libtorch cannot be loaded",
        ["RG0904"] = "the evaluation process died",
        ["RG1001"] = "robustness fell",
    }.ToImmutableSortedDictionary(StringComparer.Ordinal);
}
