using RobustnessGate.Policies;
using RobustnessGate.Samples;
using TorchSharp;
using static TorchSharp.torch;

namespace RobustnessGate.Training;

/// <summary>From stored samples to tensors in memory.</summary>
internal static class SampleSets
{
    /// <summary>The samples of a set, decoded, with their labels.</summary>
    /// <param name="atMost">How many, from <paramref name="start"/> on.</param>
    public static TrainingSet ToTrainingSet(
        this SampleSet samples, InputSection input, Device? device = null, int atMost = int.MaxValue, int start = 0)
    {
        using var scope = NewDisposeScope();
        var count = Math.Min(samples.Count - start, atMost);
        var values = new float[(long)count * samples.Features];
        samples.Read(start, count, values);
        return new(
            tensor(values, [count, .. input.Shape.Select(size => (long)size)]).to(device ?? CPU),
            tensor(samples.Labels.Skip(start).Take(count).Select(label => (long)label).ToArray()).to(device ?? CPU));
    }

    /// <summary>Images and labels in IDX files, as they stand; 8-bit values are mapped to [0, 1].</summary>
    /// <exception cref="Diagnostics.MistakeException">RG03xx.</exception>
    public static TrainingSet FromIdx(string images, string labels, InputSection input) =>
        SampleSet.Load(
            new(Path.GetFullPath(images), Path.GetFullPath(labels), null, SampleSelection.First, DataScale.Auto, null, null, null),
            input, seed: 0).ToTrainingSet(input);
}
