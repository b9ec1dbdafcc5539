namespace RobustnessGate.Hosting;

/// <summary>Files that readers see in their old state or in their new one, never in between.</summary>
public static class AtomicFile
{
    /// <summary>Writes UTF-8 without a byte order mark, beside the file first.</summary>
    public static void Write(string path, string text) => Write(path, draft => File.WriteAllText(draft, text));

    public static void Write(string path, byte[] bytes) => Write(path, draft => File.WriteAllBytes(draft, bytes));

    private static void Write(string path, Action<string> write)
    {
        var draft = $"{path}.{Guid.NewGuid():N}.tmp";
        try
        {
            write(draft);
            File.Move(draft, path, overwrite: true);
        }
        catch
        {
            TryDelete(draft);
            throw;
        }
    }

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
