namespace RobustnessGate.PackageTests;

/// <summary>The repository's quick start, copied to where a user would have it.</summary>
internal static class QuickStart
{
    public static string In(string folder)
    {
        Directory.CreateDirectory(Path.Combine(folder, "quick-start"));
        foreach (var file in Directory.GetFiles(Path.Combine(Packages.Repository, "templates", "quick-start")))
        {
            File.Copy(file, Path.Combine(folder, "quick-start", Path.GetFileName(file)), overwrite: true);
        }

        var policy = File.ReadAllText(Path.Combine(Packages.Repository, "robustness.yml.example"));
        File.WriteAllText(Path.Combine(folder, "robustness.yml"), policy.Replace("templates/quick-start/", "quick-start/", StringComparison.Ordinal));
        return folder;
    }

    /// <summary>Puts the network that was trained without regularisation where the robust one was.</summary>
    public static void SwapInNatural(string folder) => Replace(folder, "natural.onnx");

    public static void RestoreRobust(string folder) => Replace(folder, Path.Combine(Packages.Repository, "templates", "quick-start", "robust.onnx"));

    private static void Replace(string folder, string source)
    {
        var model = Path.Combine(folder, "quick-start", "robust.onnx");
        File.Copy(Path.Combine(folder, "quick-start", source), model, overwrite: true);
        // As 'cp -p' or an unpacked archive leaves it: older than any build.
        File.SetLastWriteTimeUtc(model, new DateTime(2020, 1, 1, 0, 0, 0, DateTimeKind.Utc));
    }
}
