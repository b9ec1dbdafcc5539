using RobustnessGate.Policies;

namespace RobustnessGate.Samples;

/// <summary>The optional pin <c>data.sha256</c>: SHA-256 of the bytes of the images file as it lies on disk.</summary>
internal static class DataPin
{
    /// <exception cref="Gating.MistakeException">RG0312: the file is not the one that was pinned.</exception>
    public static void Check(DataSection data)
    {
        if (data.Sha256 is null)
        {
            return;
        }

        var actual = DataFile.Sha256(data.Images);
        if (!string.Equals(actual, data.Sha256, StringComparison.OrdinalIgnoreCase))
        {
            throw DataMistake.At("RG0312", data.Images,
                $"its SHA-256 is {actual}, but data.sha256 pins {data.Sha256}. These are other data; restore the file, or change the pin and the baseline together.");
        }
    }
}
