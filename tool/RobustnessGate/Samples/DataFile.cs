using System.Security.Cryptography;
using RobustnessGate.Diagnostics;

namespace RobustnessGate.Samples;

/// <summary>
/// The bytes of one data file, unpacked where its content says that it is gzip (the name does not matter).
/// </summary>
/// <param name="Path">As findings show it.</param>
/// <param name="Open">Opens the (unpacked) bytes from their start.</param>
/// <param name="MostBytes">No more than this many bytes can come out; declared sizes are checked against it before allocation.</param>
internal sealed record DataFile(string Path, Func<Stream> Open, long MostBytes)
{
    /// <summary>Opens a file on disk.</summary>
    /// <param name="unpack">Whether gzip is unpacked.</param>
    /// <exception cref="Diagnostics.MistakeException">RG0301 missing, RG0302 empty, RG0304 not fetched.</exception>
    public static DataFile At(string path, bool unpack = true)
    {
        var length = Length(path);
        if (LfsPointer.Is(new DataFile(path, () => File.OpenRead(path), length).Head(LfsPointer.Length)))
        {
            throw DataMistake.At("RG0304", path, LfsPointer.Advice);
        }

        return unpack && HasPrefix(path, [0x1f, 0x8b])
            ? new DataFile(path, () => new WholeGzipStream(File.OpenRead(path)), Unpacked(length))
            : new DataFile(path, () => File.OpenRead(path), length);
    }

    /// <summary>Upper bound of what <paramref name="compressed"/> bytes of deflate can hold, and of what is accepted.</summary>
    public static long Unpacked(long compressed) =>
        compressed > DataLimits.Unpacked / DataLimits.DeflateRatio ? DataLimits.Unpacked : compressed * DataLimits.DeflateRatio;

    /// <summary>The first bytes, fewer where the file is shorter.</summary>
    public byte[] Head(int count) => Guard(() =>
    {
        using var stream = Open();
        var head = new byte[count];
        return head[..stream.ReadAtLeast(head, count, throwOnEndOfStream: false)];
    });

    /// <summary>Everything, where it is at most <paramref name="most"/> bytes.</summary>
    /// <exception cref="Diagnostics.MistakeException">RG0313 more than that; RG0303 cannot be unpacked.</exception>
    public byte[] All(long most) => Guard(() =>
    {
        using var stream = Open();
        using var memory = new MemoryStream();
        var buffer = new byte[1 << 16];
        for (int read; (read = stream.Read(buffer)) > 0;)
        {
            if (memory.Length + read > most)
            {
                throw DataMistake.TooLarge(Path, $"it holds more than {most} bytes, the most that is accepted here.");
            }

            memory.Write(buffer, 0, read);
        }

        return memory.ToArray();
    });

    /// <summary>Turns what the file system and the unpackers throw on bad files into findings.</summary>
    public T Guard<T>(Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception e) when (e is InvalidDataException or EndOfStreamException)
        {
            throw DataMistake.Truncated(Path, "it cannot be unpacked to the end.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            throw DataMistake.At("RG0301", Path, $"it cannot be read: {FirstLine(e.Message)}");
        }
    }

    /// <summary>SHA-256 of the bytes on disk (still compressed), lower-case hexadecimal.</summary>
    public static string Sha256(string path)
    {
        using var stream = File.OpenRead(path);
        return Convert.ToHexStringLower(SHA256.HashData(stream));
    }

    private static long Length(string path)
    {
        if (Directory.Exists(path))
        {
            throw DataMistake.At("RG0301", path, "it is a folder where a file is expected.");
        }

        var info = new FileInfo(path);
        if (!info.Exists)
        {
            throw DataMistake.At("RG0301", path, "there is no such file. Paths in a policy are relative to the policy file." + Diagnostics.ShownPath.Advice(path));
        }

        return info.Length > 0
            ? info.Length
            : throw DataMistake.At("RG0302", path, "the file is empty: nothing could be evaluated with it. Fetch or export it again.");
    }

    private static bool HasPrefix(string path, ReadOnlySpan<byte> prefix)
    {
        var head = new DataFile(path, () => File.OpenRead(path), 0).Head(prefix.Length);
        return prefix.SequenceEqual(head);
    }

    private static string FirstLine(string text) => text.Split('\n')[0].Trim();
}
