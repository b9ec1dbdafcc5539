namespace RobustnessGate.Diagnostics;

/// <summary>Files that readers see in their old state or in their new one, never in between.</summary>
internal static class AtomicFile
{
    /// <summary>Writes UTF-8 without a byte order mark, beside the file first.</summary>
    public static void Write(string path, string text) => Write(path, draft => File.WriteAllText(draft, text));

    public static void Write(string path, byte[] bytes) => Write(path, draft => File.WriteAllBytes(draft, bytes));

    /// <summary>Makes the file's folder where it is missing.</summary>
    /// <param name="write">Writes the content; where it throws, nothing is left behind and an older file stays.</param>
    public static async Task Write(string path, Func<Stream, Task> write)
    {
        MakeFolder(path);
        var draft = Draft(path);
        try
        {
            await using (var stream = new FileStream(draft, FileMode.Create, FileAccess.Write, FileShare.None))
            {
                await write(stream);
            }

            Place(draft, path);
        }
        catch
        {
            TryDelete(draft);
            throw;
        }
    }

    private static void Write(string path, Action<string> write)
    {
        var draft = Draft(path);
        try
        {
            write(draft);
            Place(draft, path);
        }
        catch
        {
            TryDelete(draft);
            throw;
        }
    }

    /// <summary>The folder that a file is to be written to.</summary>
    public static void MakeFolder(string path) => Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);

    private static string Draft(string path) =>
        $"{(IsEmpty(path) ? Path.Combine(Path.GetTempPath(), Path.GetFileName(path)) : path)}.{Guid.NewGuid():N}.tmp";

    private static void Place(string draft, string path)
    {
        if (!IsEmpty(path))
        {
            File.Move(draft, path, overwrite: true);
            return;
        }

        using (var from = File.OpenRead(draft))
        using (var to = new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite))
        {
            from.CopyTo(to);
        }

        File.Delete(draft);
    }

    /// <summary>A device such as /dev/null shows as an empty file: it is written into, never replaced. An empty file has nothing to lose.</summary>
    private static bool IsEmpty(string path) => File.Exists(path) && new FileInfo(path).Length == 0;

    /// <summary>What went wrong first is what counts.</summary>
    private static void TryDelete(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
        }
    }
}
