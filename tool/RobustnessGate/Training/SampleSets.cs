using RobustnessGate.Policies;
using RobustnessGate.Samples;
using TorchSharp;
using static TorchSharp.torch;

namespace RobustnessGate.Training;

/// <summary>From stored samples to tensors in memory.</summary>
public static class SampleSets
{
    /// <summary>All samples of a set, decoded, with their labels.</summary>
    public static TrainingSet ToTrainingSet(this SampleSet samples, InputSection input, Device? device = null)
    {
        using var scope = NewDisposeScope();
        var values = new float[(long)samples.Count * samples.Features];
        samples.Read(0, samples.Count, values);
        return new(
            tensor(values, [samples.Count, .. input.Shape.Select(size => (long)size)]).to(device ?? CPU),
            tensor(samples.Labels.Select(label => (long)label).ToArray()).to(device ?? CPU));
    }

    /// <summary>Images and labels in IDX files, as they stand; 8-bit values are mapped to [0, 1].</summary>
    /// <exception cref="Gating.MistakeException">RG03xx.</exception>
    public static TrainingSet FromIdx(string images, string labels, InputSection input) =>
        SampleSet.Load(
            new(Path.GetFullPath(images), Path.GetFullPath(labels), null, SampleSelection.First, DataScale.Auto, null, null, null),
            input, seed: 0).ToTrainingSet(input);
}
