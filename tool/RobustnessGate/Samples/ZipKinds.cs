using ICSharpCode.SharpZipLib.Zip;

namespace RobustnessGate.Samples;

/// <summary>Zip archives that are whole and yet not read here: by their method of compression, or as a part of several.</summary>
internal static class ZipKinds
{
    /// <summary>The record at the end of an archive, without its comment.</summary>
    private const int EndLength = 22;

    private const int LongestComment = ushort.MaxValue;

    /// <summary>Why an archive's entries cannot be unpacked here, by the method that they name; null where they can.</summary>
    public static string? Unreadable(string path)
    {
        try
        {
            using var archive = new ZipFile(File.OpenRead(path), leaveOpen: false);
            // An encrypted entry is refused by what it is, not by how it is packed.
            return archive.Cast<ZipEntry>().Where(entry => !entry.IsCrypted && Method(entry) is not null).Select(entry =>
                $"its entry '{new string([.. entry.Name.Take(100).Select(c => char.IsControl(c) ? '?' : c)])}' is compressed by {Method(entry)}, which is not read here. Pack the data again with the usual method, deflate.").FirstOrDefault();
        }
        catch (Exception exception) when (exception is ZipException or IOException or NotSupportedException or ArgumentException)
        {
            // What one reader does not like, the other one judges.
            return null;
        }
    }

    /// <summary>Whether the end of the archive says that it is one of several disks, or its beginning that it was.</summary>
    public static bool IsPart(string path)
    {
        using var file = File.OpenRead(path);
        var head = new byte[4];
        if (file.ReadAtLeast(head, head.Length, throwOnEndOfStream: false) == head.Length && head.AsSpan().SequenceEqual("PK\u0007\u0008"u8))
        {
            return true;
        }

        var tail = new byte[Math.Min(file.Length, EndLength + LongestComment)];
        file.Seek(-tail.Length, SeekOrigin.End);
        file.ReadExactly(tail);
        var end = tail.AsSpan().LastIndexOf("PK\u0005\u0006"u8);
        return end >= 0 && end + EndLength <= tail.Length && BitConverter.ToUInt16(tail, end + 4) is > 0 and < ushort.MaxValue;
    }

    private static string? Method(ZipEntry entry) => (int)entry.CompressionMethod switch
    {
        0 or 8 or 9 => null,
        1 => "shrinking",
        >= 2 and <= 5 => "reducing",
        6 => "imploding",
        10 or 18 => "a method of IBM's",
        12 => "bzip2",
        14 => "LZMA",
        20 or 93 => "Zstandard",
        95 => "XZ",
        96 => "a method for JPEG pictures",
        97 => "WavPack",
        98 => "PPMd",
        var other => FormattableString.Invariant($"method {other}"),
    };
}
