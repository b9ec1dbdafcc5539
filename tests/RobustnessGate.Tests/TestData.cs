namespace RobustnessGate.Tests;

/// <summary>Files that tests use but do not make: of the repository, and of a <c>shared/data</c> folder beside or above it.</summary>
internal static class TestData
{
    /// <summary>The repository's root.</summary>
    public static string Root { get; } =
        Ancestors().First(folder => File.Exists(Path.Combine(folder, "RobustnessGate.sln")));

    /// <summary>A file below <c>shared/data</c>; null where the data are absent.</summary>
    public static string? Shared(string relative) =>
        Ancestors()
            .Select(folder => Path.Combine(folder, "shared", "data", relative))
            .FirstOrDefault(path => File.Exists(path) || Directory.Exists(path));

    private static IEnumerable<string> Ancestors()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            yield return folder.FullName;
        }
    }
}

/// <summary>A test that needs a file of <c>shared/data</c>: skipped where it is absent, except in CI, where it must be there.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class SharedDataFactAttribute : FactAttribute
{
    public SharedDataFactAttribute(string relative)
    {
        if (TestData.Shared(relative) is null && Environment.GetEnvironmentVariable("CI") != "true")
        {
            Skip = $"needs shared/data/{relative}";
        }
    }
}
