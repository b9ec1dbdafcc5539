namespace RobustnessGate.Diagnostics;

/// <summary>How findings name a file.</summary>
internal static class ShownPath
{
    /// <summary>A path relative to the working directory, so that editors can open it, or as it is where that is shorter.</summary>
    public static string Of(string path)
    {
        var relative = Path.GetRelativePath(Environment.CurrentDirectory, path);
        // Elsewhere a backslash is a letter of the name, and to show another one would hide the mistake.
        relative = Path.DirectorySeparatorChar == '\\' ? relative.Replace('\\', '/') : relative;
        return relative.Length < path.Length ? relative : path;
    }

    /// <summary>
    /// What to add where a file is not there: that its path was written with backslashes, on a system where they are no
    /// separators and slashes would lead to the file. Otherwise nothing.
    /// </summary>
    public static string Advice(string path) =>
        Path.DirectorySeparatorChar != '\\' && path.Contains('\\', StringComparison.Ordinal) && path.Replace('\\', '/') is var slashed && Path.Exists(slashed)
            ? $" A backslash separates folders on Windows alone: write it with slashes, {Of(slashed)}." : "";
}
