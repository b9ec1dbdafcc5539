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
        ["RG0101"] = "the policy cannot be read",
        ["RG0102"] = "the policy is not plain YAML",
        ["RG0103"] = "the policy is of a later version",
        ["RG0104"] = "unknown attack",
        ["RG0105"] = "unknown key",
        ["RG0106"] = "duplicate key",
        ["RG0107"] = "a required key is missing",
        ["RG0108"] = "a value is empty",
        ["RG0109"] = "a value of the wrong kind",
        ["RG0110"] = "a value out of range",
        ["RG0111"] = "a value that is none of the choices",
        ["RG0112"] = "an attack without a usable radius",
        ["RG0113"] = "a percentage where a fraction is due",
        ["RG0114"] = "two results of one name",
        ["RG0115"] = "a rule matches no result, or several",
        ["RG0116"] = "a key that does not apply here",
        ["RG0117"] = "a rule needs what the policy lacks",
        ["RG0118"] = "no region, or half of one",
        ["RG0119"] = "nothing is judged",
        ["RG0120"] = "unknown metric",
        ["RG0121"] = "values that contradict each other",
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
        ["RG0401"] = "the model format is not known",
        ["RG0402"] = "the model is a Python pickle",
        ["RG0403"] = "the model file is missing",
        ["RG0404"] = "the model is not the one that was pinned",
        ["RG0405"] = "an ONNX file is truncated or damaged",
        ["RG0406"] = "external weights cannot be read",
        ["RG0407"] = "the ONNX version is not known",
        ["RG0408"] = "the model's input has another shape",
        ["RG0409"] = "the model's output is not one row of logits per sample",
        ["RG0410"] = "the model has fewer than two classes",
        ["RG0411"] = "the model's inputs or outputs are ambiguous",
        ["RG0412"] = "the model has unsupported nodes",
        ["RG0413"] = "the model returns NaN or infinity",
        ["RG0414"] = "the model returns probabilities",
        ["RG0415"] = "the network fails on its input",
        ["RG0416"] = "the model file claims absurd sizes",
        ["RG0417"] = "the model returns log-probabilities",
        ["RG0901"] = "libtorch cannot be loaded",
        ["RG0904"] = "the evaluation process died",
        ["RG1001"] = "robustness fell",
    }.ToImmutableSortedDictionary(StringComparer.Ordinal);
}
