using System.Collections.Immutable;
using System.Formats.Tar;
using System.IO.Compression;
using RobustnessGate.Diagnostics;

namespace RobustnessGate.Samples;

/// <summary>Takes known files out of a .tar.gz. Only names that are asked for are written, so no entry can choose where to.</summary>
internal static class TarMembers
{
    /// <param name="members">Names without folders; those that are already there with the archive's length are left alone.</param>
    /// <exception cref="Diagnostics.MistakeException">RG0303: a member is missing or the archive damaged.</exception>
    public static void Extract(string archive, ImmutableArray<string> members, string folder)
    {
        var left = members.ToHashSet(StringComparer.Ordinal);
        new DataFile(archive, () => File.OpenRead(archive), 0).Guard(() =>
        {
            using var tar = new TarReader(new GZipStream(File.OpenRead(archive), CompressionMode.Decompress));
            while (left.Count > 0 && tar.GetNextEntry() is { } entry)
            {
                var name = entry.Name[(entry.Name.LastIndexOf('/') + 1)..];
                if (entry is { EntryType: TarEntryType.RegularFile or TarEntryType.V7RegularFile, DataStream: { } content } && left.Remove(name))
                {
                    Write(Path.Combine(folder, name), content);
                }
            }

            return left;
        });
        if (left.Count > 0)
        {
            throw DataMistake.At("RG0303", archive, $"it does not hold {string.Join(", ", left.Order(StringComparer.Ordinal))}. Remove it and fetch it again.");
        }
    }

    private static void Write(string path, Stream content)
    {
        if (!File.Exists(path) || new FileInfo(path).Length != content.Length)
        {
            AtomicFile.Write(path, content.CopyToAsync).GetAwaiter().GetResult();
        }
    }
}
