using System.Collections.Immutable;
using System.IO.Compression;

namespace RobustnessGate.Samples;

/// <summary>
/// The files in a zip archive, read in place: nothing is ever unpacked to disk. Names that lead out of the archive,
/// encrypted entries, entries of the same name and sizes that no archive of this length can hold are refused.
/// </summary>
internal sealed class ZipEntries : IDisposable
{
    private readonly string _path;
    private readonly ZipArchive _archive;
    private readonly Dictionary<string, ZipArchiveEntry> _entries = new(StringComparer.Ordinal);

    private readonly List<string> _folders = [];

    private ZipEntries(string path, ZipArchive archive)
    {
        _path = path;
        _archive = archive;
        if (ZipKinds.Unreadable(path) is { } kind)
        {
            throw DataMistake.At("RG0333", path, kind);
        }

        foreach (var entry in archive.Entries)
        {
            var name = entry.FullName.Replace('\\', '/');
            Refuse(name.Any(char.IsControl), name, "has control characters in its name");
            Refuse(name.StartsWith('/') || name.Contains(':') || name.Split('/').Contains(".."), name, "leads out of the archive");
            if (name.EndsWith('/'))
            {
                _folders.Add(name);
                continue;
            }

            Refuse(entry.IsEncrypted, name, "is encrypted");
            Refuse(entry.Length > DataLimits.Unpacked || entry.Length > DataFile.Unpacked(entry.CompressedLength), name, "declares a size that it cannot have");
            Refuse(!_entries.TryAdd(name, entry), name, "stands in the archive twice");
        }
    }

    /// <summary>Names with '/' between folders, in the archive's order.</summary>
    public IEnumerable<string> Names => _entries.Keys;

    /// <summary>Names of folders that have an entry of their own, with '/' at the end.</summary>
    public IEnumerable<string> Folders => _folders;

    public static bool Matches(ReadOnlySpan<byte> head) =>
        head.StartsWith("PK\u0003\u0004"u8) || head.StartsWith("PK\u0005\u0006"u8) || head.StartsWith("PK\u0007\u0008"u8);

    /// <exception cref="Diagnostics.MistakeException">RG0303 damaged; RG0318 an unsafe entry; RG0333 a kind that is not read.</exception>
    public static ZipEntries Open(string path) => new DataFile(path, () => File.OpenRead(path), 0).Guard(() =>
    {
        var file = File.OpenRead(path);
        try
        {
            return new ZipEntries(path, new ZipArchive(file, ZipArchiveMode.Read));
        }
        catch (InvalidDataException) when (ZipKinds.IsPart(path))
        {
            file.Dispose();
            throw DataMistake.At("RG0333", path, "this is one part of a zip archive that was split over several files, and the others are not read. Join them (zip -s 0 parts.zip --out whole.zip).");
        }
        catch
        {
            file.Dispose();
            throw;
        }
    });

    /// <summary>The unpacked content of an entry as a file of its own, which opens the archive anew for each reading.</summary>
    public DataFile AsFile(string name)
    {
        var path = _path;
        return new DataFile($"{path}#{name}", () => ZipEntryStream.Open(path, name), _entries[name].Length);
    }

    /// <summary>The unpacked bytes of an entry.</summary>
    public byte[] Read(string name)
    {
        var entry = _entries[name];
        if (entry.Length > DataLimits.Image)
        {
            throw DataMistake.TooLarge($"{_path}#{name}", FormattableString.Invariant($"it unpacks to {entry.Length} bytes, more than an image may have."));
        }

        return AsFile(name).Guard(() =>
        {
            using var stream = new ZipEntryStream(null, entry);
            var bytes = new byte[entry.Length];
            stream.ReadExactly(bytes);
            return stream.ReadByte() < 0 ? bytes : throw new InvalidDataException();
        });
    }

    /// <summary>The first bytes of an entry, <see cref="ImageKind.HeadLength"/> or fewer.</summary>
    public byte[] Head(string name) => AsFile(name).Guard(() =>
    {
        using var stream = _entries[name].Open();
        var head = new byte[ImageKind.HeadLength];
        return head[..stream.ReadAtLeast(head, head.Length, throwOnEndOfStream: false)];
    });

    public void Dispose() => _archive.Dispose();

    public static ImmutableArray<string> NamesIn(string path)
    {
        using var zip = Open(path);
        return [.. zip.Names];
    }

    private void Refuse(bool condition, string name, string why)
    {
        if (condition)
        {
            throw DataMistake.At("RG0318", _path, $"its entry '{Printable(name)}' {why}. Such archives are refused; pack the data again.");
        }
    }

    private static string Printable(string name) =>
        string.Concat(name.Take(100).Select(c => char.IsControl(c) ? '?' : c));
}
