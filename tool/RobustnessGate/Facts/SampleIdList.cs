using System.Collections.Immutable;

namespace RobustnessGate.Facts;

/// <summary>Ids of samples as results store them.</summary>
internal static class SampleIdList
{
    /// <param name="bytes">8 bytes a sample, concatenated.</param>
    public static ImmutableArray<ulong> Of(ImmutableArray<byte> bytes) => [.. bytes.Chunk(8).Select(id => BitConverter.ToUInt64(id))];
}
