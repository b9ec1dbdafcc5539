using System.IO.Compression;

namespace RobustnessGate.PackageTests;

/// <summary>All packages of this repository, packed once into a local feed, with a package cache and a tool of their own.</summary>
public sealed class Packages : IDisposable
{
    private const string Version = "0.1.0-packagetests";

    private readonly string _root = Directory.CreateTempSubdirectory("robustness-gate-packages-").FullName;
    private readonly Dictionary<string, string> _environment;

    public Packages()
    {
        _environment = new()
        {
            ["NUGET_PACKAGES"] = Path.Combine(_root, "packages"),
            ["DOTNET_CLI_HOME"] = Path.Combine(_root, "home"),
            ["DOTNET_CLI_UI_LANGUAGE"] = "en",
            ["DOTNET_NOLOGO"] = "1",
            ["DOTNET_CLI_TELEMETRY_OPTOUT"] = "1",
            ["MSBUILDDISABLENODEREUSE"] = "1",
        };
        Feed = Path.Combine(_root, "feed");
        foreach (var project in new[] { "tool/RobustnessGate.Cli", "tasks/RobustnessGate.Tasks", "templates" })
        {
            // Artifacts apart: packing must not touch what the repository's own build has made.
            Shell.Run(Repository, new Dictionary<string, string>(), "dotnet", "pack", project, "-c", "Release", "-o", Feed,
                "--artifacts-path", Path.Combine(_root, "artifacts"), $"-p:Version={Version}", "--nologo").Succeeded();
        }

        Directory.Delete(Path.Combine(_root, "artifacts"), recursive: true);
        WriteNuGetConfig();
        Shell.Run(_root, _environment, "dotnet", "tool", "install", "RobustnessGate.Tool", "--version", Version,
            "--tool-path", Path.Combine(_root, "tools"), "--configfile", Path.Combine(_root, "nuget.config")).Succeeded();
    }

    public static string Repository { get; } = FindRepository();

    public string Feed { get; }

    /// <summary>The tool as <c>dotnet tool install --tool-path</c> leaves it; a global tool is the same elsewhere.</summary>
    public string Tool => Path.Combine(_root, "tools", "dotnet-robustness-gate");

    public string PackageVersion => Version;

    public string Package(string id) => Path.Combine(Feed, $"{id}.{Version}.nupkg");

    public string[] Entries(string id)
    {
        using var archive = ZipFile.OpenRead(Package(id));
        return [.. archive.Entries.Select(entry => entry.FullName)];
    }

    /// <summary>Contents of the package's files with an ending, by name without folder.</summary>
    public Dictionary<string, byte[]> Files(string id, string ending)
    {
        using var archive = ZipFile.OpenRead(Package(id));
        return archive.Entries.Where(entry => entry.Name.EndsWith(ending, StringComparison.Ordinal)).ToDictionary(entry => entry.Name, Bytes);
    }

    public string Text(string id, Func<string, bool> entry)
    {
        using var archive = ZipFile.OpenRead(Package(id));
        return System.Text.Encoding.UTF8.GetString(Bytes(archive.Entries.Single(file => entry(file.FullName))));
    }

    private static byte[] Bytes(ZipArchiveEntry entry)
    {
        using var content = entry.Open();
        using var bytes = new MemoryStream();
        content.CopyTo(bytes);
        return bytes.ToArray();
    }

    /// <summary>An empty folder outside the repository, below the configuration that knows the feed.</summary>
    public string NewFolder(string name)
    {
        var folder = Path.Combine(_root, "work", name);
        Directory.CreateDirectory(folder);
        return folder;
    }

    internal ShellRun Dotnet(string folder, params string[] args) => Shell.Run(folder, _environment, "dotnet", args);

    internal ShellRun Dotnet(string folder, IReadOnlyDictionary<string, string> more, params string[] args) => Shell.Run(
        folder, _environment.Concat(more).ToDictionary(pair => pair.Key, pair => pair.Value), "dotnet", args);

    /// <summary>dotnet with the installed tool on the path, as a global tool is.</summary>
    internal ShellRun DotnetWithTool(string folder, params string[] args) => Shell.Run(
        folder,
        new Dictionary<string, string>(_environment) { ["PATH"] = Path.GetDirectoryName(Tool) + Path.PathSeparator + Environment.GetEnvironmentVariable("PATH") },
        "dotnet", args);

    internal ShellRun RunTool(string folder, params string[] args) => Shell.Run(folder, _environment, Tool, args);

    public void Dispose() => Directory.Delete(_root, recursive: true);

    /// <summary>The feed, beside what the machine is configured for: reference assemblies of other frameworks are not of this repository.</summary>
    private void WriteNuGetConfig() => File.WriteAllText(Path.Combine(_root, "nuget.config"), $"""
        <configuration>
          <packageSources>
            <add key="feed" value="{Feed}" />
          </packageSources>
        </configuration>
        """);

    private static string FindRepository()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "RobustnessGate.sln")))
            {
                return folder.FullName;
            }
        }

        throw new DirectoryNotFoundException("these tests run inside the repository");
    }
}

[CollectionDefinition(Name)]
public sealed class PackagesCollection : ICollectionFixture<Packages>
{
    public const string Name = "packages";
}
