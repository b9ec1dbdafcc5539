using System.Collections.Immutable;

namespace RobustnessGate.Samples;

/// <summary>Where image files lie: a folder or a zip archive. Reads one at a time.</summary>
internal interface IImageStore : IDisposable
{
    /// <summary>Names of all files below the root, with '/' between folders.</summary>
    ImmutableArray<string> Names { get; }

    /// <summary>Names of the folders at the root, also of those that hold nothing.</summary>
    ImmutableArray<string> Folders { get; }

    /// <summary>As findings show a file.</summary>
    string Show(string name);

    /// <exception cref="Diagnostics.MistakeException">RG03xx: unreadable, damaged or too large.</exception>
    byte[] Read(string name);

    /// <summary>The first bytes of a file, <see cref="ImageKind.HeadLength"/> or fewer.</summary>
    byte[] Head(string name);
}

/// <summary>Files below a folder. Links to folders are not followed, since they can lead in circles or out of the data.</summary>
internal sealed class FolderStore(string root) : IImageStore
{
    public ImmutableArray<string> Names { get; } = List(root);

    public ImmutableArray<string> Folders { get; } = [.. new DirectoryInfo(root).EnumerateDirectories().Select(folder => folder.Name)];

    public string Show(string name) => Path.Combine(root, name);

    public byte[] Read(string name)
    {
        var file = DataFile.At(Show(name), unpack: false);
        return file.All(DataLimits.Image);
    }

    public byte[] Head(string name)
    {
        using var file = File.OpenRead(Show(name));
        var head = new byte[ImageKind.HeadLength];
        return head[..file.ReadAtLeast(head, head.Length, throwOnEndOfStream: false)];
    }

    public void Dispose()
    {
    }

    private static ImmutableArray<string> List(string root)
    {
        var names = ImmutableArray.CreateBuilder<string>();
        var folders = new Stack<DirectoryInfo>([new DirectoryInfo(root)]);
        while (folders.TryPop(out var folder))
        {
            foreach (var entry in folder.EnumerateFileSystemInfos())
            {
                var name = Path.GetRelativePath(root, entry.FullName).Replace('\\', '/');
                if (entry is DirectoryInfo inner)
                {
                    if (inner.LinkTarget is not null)
                    {
                        throw DataMistake.At("RG0318", entry.FullName, "it is a link to a folder. Links can lead in circles and are not followed; put the images themselves there.");
                    }

                    folders.Push(inner);
                }
                else
                {
                    names.Add(name);
                }
            }
        }

        return names.ToImmutable();
    }
}

/// <summary>Files in a zip archive, below <paramref name="part"/> where that is given.</summary>
internal sealed class ZipStore(string path, string? part) : IImageStore
{
    private readonly ZipEntries _zip = ZipEntries.Open(path);
    private readonly string _prefix = string.IsNullOrEmpty(part) ? "" : part.Trim('/') + "/";

    public ImmutableArray<string> Names
    {
        get
        {
            ImmutableArray<string> names = [.. _zip.Names.Where(name => name.StartsWith(_prefix, StringComparison.Ordinal)).Select(name => name[_prefix.Length..])];
            return names.Length > 0 || _prefix.Length == 0
                ? names
                : throw DataMistake.At("RG0317", path, $"it has no folder '{part}'. It holds: {string.Join(", ", _zip.Names.Select(name => name.Split('/')[0]).Distinct().Order(StringComparer.Ordinal).Take(20))}.");
        }
    }

    public ImmutableArray<string> Folders =>
    [
        .. _zip.Folders.Where(name => name.StartsWith(_prefix, StringComparison.Ordinal) && name.Length > _prefix.Length)
            .Select(name => name[_prefix.Length..].Split('/')[0]).Distinct(),
    ];

    public string Show(string name) => $"{path}#{_prefix}{name}";

    public byte[] Read(string name) => _zip.Read(_prefix + name);

    public byte[] Head(string name) => _zip.Head(_prefix + name);

    public void Dispose() => _zip.Dispose();
}
