namespace RobustnessGate.Diagnostics;

/// <summary>How findings name a file.</summary>
internal static class ShownPath
{
    /// <summary>A path relative to the working directory, so that editors can open it, or as it is where that is shorter.</summary>
    public static string Of(string path)
    {
        var relative = Path.GetRelativePath(Environment.CurrentDirectory, path).Replace('\\', '/');
        return relative.Length < path.Length ? relative : path;
    }
}
