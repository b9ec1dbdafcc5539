namespace RobustnessGate.Samples;

/// <summary>A path of a policy with an optional part inside the file: <c>file.npz#key</c>, <c>images.zip#test</c>.</summary>
/// <param name="File">The file or folder.</param>
/// <param name="Part">What stands after the last '#'; null where there is none.</param>
internal sealed record DataPath(string File, string? Part)
{
    /// <summary>A '#' belongs to the name where a file or folder of that very name exists.</summary>
    public static DataPath Of(string path)
    {
        var cut = path.LastIndexOf('#');
        return cut < 0 || System.IO.File.Exists(path) || Directory.Exists(path)
            ? new DataPath(path, null)
            : new DataPath(path[..cut], path[(cut + 1)..]);
    }
}
