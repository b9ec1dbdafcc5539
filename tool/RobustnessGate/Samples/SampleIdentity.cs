using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace RobustnessGate.Samples;

/// <summary>
/// Ids of samples and the hash of a data set. A sample's digest is SHA-256 over the decoded tensor as float32
/// little-endian in C order, the label as int64 little-endian, and the occurrence number as int64 little-endian: 0 for
/// the first sample in use with this tensor and label, 1 for its first exact duplicate, and so on. Its id is the first 8
/// bytes. The hash of the set is SHA-256 over the full digests in order of use, followed per sample by its region.
/// </summary>
internal sealed class SampleIdentity : IDisposable
{
    private readonly IncrementalHash _sample = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly IncrementalHash _set = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly Dictionary<UInt128, long> _occurrences = [];
    private readonly ImmutableArray<byte>.Builder _ids = ImmutableArray.CreateBuilder<byte>();

    public void Add(ReadOnlySpan<float> tensor, int label)
    {
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        _sample.AppendData(MemoryMarshal.AsBytes(tensor));
        Append(label);
        _sample.GetCurrentHash(digest);

        var key = BinaryPrimitives.ReadUInt128LittleEndian(digest);
        _ = _occurrences.TryGetValue(key, out var earlier);
        _occurrences[key] = earlier + 1;

        Append(earlier);
        _sample.GetHashAndReset(digest);
        _ids.AddRange(digest[..8]);
        _set.AppendData(digest);
    }

    public void AddRegion(ReadOnlySpan<float> lower, ReadOnlySpan<float> upper)
    {
        _set.AppendData(MemoryMarshal.AsBytes(lower));
        _set.AppendData(MemoryMarshal.AsBytes(upper));
    }

    /// <summary>8 bytes per sample, and the lower-case hexadecimal hash of the set.</summary>
    public (ImmutableArray<byte> Ids, string Sha256) Complete() =>
        (_ids.ToImmutable(), Convert.ToHexStringLower(_set.GetHashAndReset()));

    public void Dispose()
    {
        _sample.Dispose();
        _set.Dispose();
    }

    private void Append(long value)
    {
        Span<byte> bytes = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, value);
        _sample.AppendData(bytes);
    }
}
