namespace RobustnessGate.Samples;

/// <summary>Writes a file so that it appears under its name whole or not at all; its folder is made where it is missing.</summary>
internal static class AtomicFile
{
    /// <param name="write">Writes the content; where it throws, nothing is left behind and an older file stays.</param>
    public static async Task Write(string path, Func<Stream, Task> write)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        var partial = path + ".partial";
        try
        {
            await using (var stream = new FileStream(partial, FileMode.Create, FileAccess.Write, FileShare.None))
            {
                await write(stream);
            }

            File.Move(partial, path, overwrite: true);
        }
        finally
        {
            File.Delete(partial);
        }
    }
}
