namespace RobustnessGate.Tests;

/// <summary>Data sets that lie beside a checkout, in <c>shared/data</c>, and are no part of it.</summary>
public static class TestData
{
    /// <summary>Absolute path of a file under <c>shared/data</c>; null where no directory upwards has it.</summary>
    public static string? Shared(string relative)
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var path = Path.Combine(folder.FullName, "shared", "data", relative);
            if (Path.Exists(path))
            {
                return path;
            }
        }

        return null;
    }
}

/// <summary>A test that needs data from <c>shared/data</c>: skipped where they are absent, except in CI, where it fails.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class SharedDataFactAttribute : FactAttribute
{
    public SharedDataFactAttribute(string relative)
    {
        if (TestData.Shared(relative) is null && Environment.GetEnvironmentVariable("CI") != "true")
        {
            Skip = $"needs shared/data/{relative} beside the checkout";
        }
    }
}
