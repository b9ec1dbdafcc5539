namespace RobustnessGate.Hosting;

/// <summary>Text files that readers see in their old state or in their new one, never in between.</summary>
public static class AtomicFile
{
    /// <summary>Writes UTF-8 without a byte order mark, beside the file first.</summary>
    public static void Write(string path, string text)
    {
        var draft = $"{path}.{Guid.NewGuid():N}.tmp";
        try
        {
            File.WriteAllText(draft, text);
            File.Move(draft, path, overwrite: true);
        }
        finally
        {
            File.Delete(draft);
        }
    }
}
