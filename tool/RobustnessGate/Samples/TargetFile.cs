using System.Collections.Immutable;

namespace RobustnessGate.Samples;

/// <summary>Target classes of a targeted attack, one per sample in use, as an integer NPY file.</summary>
internal static class TargetFile
{
    /// <param name="count">Number of samples in use.</param>
    /// <exception cref="Diagnostics.MistakeException">RG0323 another count; RG03xx as for any data file.</exception>
    public static ImmutableArray<int> Read(string path, int count)
    {
        var file = DataFile.At(path);
        var targets = Npy.Open(file).Integers("targets");
        return targets.Length == count
            ? targets
            : throw DataMistake.At("RG0323", path, FormattableString.Invariant(
                $"it holds {targets.Length} targets for {count} samples in use. Write one class per sample, in the order of the samples."));
    }
}
