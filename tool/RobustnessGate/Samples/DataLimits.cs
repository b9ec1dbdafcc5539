namespace RobustnessGate.Samples;

/// <summary>
/// Sizes beyond which a data file is refused before anything is allocated for it. They are far above any test set
/// that a gate can afford to attack, and far below what would make a build machine run out of memory.
/// </summary>
internal static class DataLimits
{
    /// <summary>Bytes that one compressed file or archive entry may unpack to.</summary>
    public const long Unpacked = 4L << 30;

    /// <summary>Bytes, as stored, of all samples in use together.</summary>
    public const long InUse = 4L << 30;

    /// <summary>Greatest compression ratio of deflate (RFC 1951: 258 bytes in 2 bits); more cannot be in the file.</summary>
    public const long DeflateRatio = 1032;

    /// <summary>Samples in one file.</summary>
    public const long Samples = 10_000_000;

    /// <summary>Features of one sample.</summary>
    public const long Features = 100_000_000;

    /// <summary>Bytes of one compressed image.</summary>
    public const long Image = 64L << 20;

    /// <summary>Characters of one line of text.</summary>
    public const int Line = 16 << 20;
}
