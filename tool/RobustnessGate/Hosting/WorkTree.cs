namespace RobustnessGate.Hosting;

/// <summary>Names of files in a repository's work tree: relative to its root, with '/'.</summary>
/// <param name="Root">As it was reached: there may be links on the way to it.</param>
internal sealed record WorkTree(string Root)
{
    /// <summary>Work trees around a file, by the folders that its path names, the outermost first.</summary>
    public static IEnumerable<WorkTree> Around(string path)
    {
        var folders = new Stack<string>();
        for (var folder = Path.GetDirectoryName(path); folder is not null; folder = Path.GetDirectoryName(folder))
        {
            folders.Push(folder);
        }

        return folders.Where(folder => Path.Exists(Path.Combine(folder, ".git"))).Select(folder => new WorkTree(folder));
    }

    /// <summary>The name that a path gives a file, links on the way left alone; null where it leads elsewhere.</summary>
    public string? Named(string path) => Inside(Path.GetFullPath(Root), Path.GetFullPath(path));

    /// <summary>The same, and the name of the file in its real folder: none, one or two.</summary>
    public IEnumerable<string> Names(string path) =>
        new[] { Named(path), Inside(Real(Root), InRealFolder(path)) }.OfType<string>().Distinct(StringComparer.Ordinal);

    /// <summary>The file that a link leads to, where it lies in the tree.</summary>
    public IEnumerable<string> Targets(string path) =>
        new[] { Inside(Real(Root), Real(path)) }.OfType<string>();

    /// <summary>Folders that a name passes, the outermost first.</summary>
    public static IEnumerable<string> Parents(string name)
    {
        for (var slash = name.IndexOf('/', StringComparison.Ordinal); slash > 0; slash = name.IndexOf('/', slash + 1))
        {
            yield return name[..slash];
        }
    }

    /// <summary>The path without links; a link that leads in a circle stays.</summary>
    public static string Real(string path)
    {
        var here = InRealFolder(path);
        FileSystemInfo info = Directory.Exists(here) ? new DirectoryInfo(here) : new FileInfo(here);
        try
        {
            return info.LinkTarget is not null && info.ResolveLinkTarget(returnFinalTarget: true) is { } target ? Real(target.FullName) : here;
        }
        catch (IOException)
        {
            return here;
        }
    }

    private static string InRealFolder(string path)
    {
        var full = Path.GetFullPath(path);
        return Path.GetDirectoryName(full) is { } parent ? Path.Combine(Real(parent), Path.GetFileName(full)) : full;
    }

    private static string? Inside(string root, string path)
    {
        var relative = Path.GetRelativePath(root, path).Replace('\\', '/');
        return relative == ".." || relative.StartsWith("../", StringComparison.Ordinal) || Path.IsPathRooted(relative) ? null : relative;
    }
}
