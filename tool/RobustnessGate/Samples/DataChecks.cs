using System.Collections.Immutable;
using RobustnessGate.Maths;
using RobustnessGate.Policies;

namespace RobustnessGate.Samples;

/// <summary>
/// Usual mistakes that show in the data alone and do not make them invalid. What is certainly wrong is an error at
/// loading (RG0307 pixels outside the bounds, RG0308 labels beyond the classes); what is here may be right.
/// </summary>
internal static class DataChecks
{
    /// <summary>Share of the bounds that images of a whole data set use at least, if the bounds are theirs.</summary>
    private const double LeastShare = 0.55;

    /// <summary>Chance below which a class that never occurs is no accident.</summary>
    private const double Unlikely = 0.001;

    /// <param name="mapped">Whether 8-bit pixels were mapped to the bounds, which leaves nothing to compare.</param>
    /// <param name="values">Least and greatest value in use.</param>
    public static IEnumerable<DataNote> Examine(InputSection input, ImmutableArray<int> labels, bool mapped, Bounds values) =>
        new[] { Scale(input, mapped, values), Dark(input, mapped, values), Shifted(labels), OneClass(labels) }.OfType<DataNote>();

    /// <summary>Floats in [0, 1] for a model with bounds [0, 255] or [−1, 1]: every ε would mean something else.</summary>
    private static DataNote? Scale(InputSection input, bool mapped, Bounds values)
    {
        if (mapped || !IsImage(input) || input.Bounds is not { } bounds || !input.FeatureBounds.IsEmpty || values.Range >= LeastShare * bounds.Range)
        {
            return null;
        }

        return new DataNote("RG0350", FormattableString.Invariant(
            $"all pixels lie in [{(float)values.Low}, {(float)values.High}], but model.input.bounds is [{bounds.Low}, {bounds.High}]. If the images were scaled to another range than the model takes, natural accuracy and every ε are off; correct the bounds or the data."));
    }

    /// <summary>Bytes 0 and 1, as of masks and of images that were scaled before they were stored: 1 became 1/255 of the bounds.</summary>
    private static DataNote? Dark(InputSection input, bool mapped, Bounds values) =>
        mapped && IsImage(input) && input.Bounds is { } bounds && Math.Round((values.High - bounds.Low) / bounds.Range * byte.MaxValue) == 1
            ? new DataNote("RG0350", FormattableString.Invariant(
                $"no 8-bit pixel is greater than 1, and 0..255 were mapped to the bounds [{bounds.Low}, {bounds.High}], so that all images are almost black. If 0 and 1 are meant as they are, set data.scale: none."))
            : null;

    /// <summary>Labels from 1: they would be misread by one, and the last class has not occurred yet or is not asked for.</summary>
    private static DataNote? Shifted(ImmutableArray<int> labels)
    {
        var classes = labels.Max() + 1;
        var chance = Math.Pow(1 - (1.0 / classes), labels.Length);
        return labels.Min() == 1 && classes > 2 && chance < Unlikely
            ? new DataNote("RG0351", FormattableString.Invariant(
                $"labels run from 1 to {classes - 1} and none of {labels.Length} samples has label 0: they may be shifted by one. Classes are numbered from 0."))
            : null;
    }

    private static bool IsImage(InputSection input) => input.Shape.Count(d => d > 1) >= 2;

    private static DataNote? OneClass(ImmutableArray<int> labels) =>
        labels.Length >= 10 && labels.Min() == labels.Max()
            ? new DataNote("RG0352", FormattableString.Invariant(
                $"all {labels.Length} samples have label {labels[0]}. A file sorted by class gives one class first; 'selection: stratified' takes all in their proportions."))
            : null;
}
