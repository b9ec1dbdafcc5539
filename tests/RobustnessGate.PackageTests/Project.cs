namespace RobustnessGate.PackageTests;

/// <summary>A project that references the MSBuild package, in a folder of its own.</summary>
internal sealed class Project
{
    private readonly Packages _packages;

    /// <param name="executable">Tool to run; by default the installed one.</param>
    public Project(Packages packages, string name, string frameworks = "<TargetFramework>net10.0</TargetFramework>", string? executable = null, bool withPackage = true)
    {
        _packages = packages;
        Folder = QuickStart.In(packages.NewFolder(name));
        File.WriteAllText(Path.Combine(Folder, "App.csproj"), $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                {frameworks}
                <RobustnessGateOnBuild>true</RobustnessGateOnBuild>
                <RobustnessGateExecutable>{Escape(executable ?? packages.Tool)}</RobustnessGateExecutable>
              </PropertyGroup>
              <ItemGroup>
                {(withPackage ? $"<PackageReference Include=\"RobustnessGate.MSBuild\" Version=\"{packages.PackageVersion}\" />" : "")}
              </ItemGroup>
            </Project>
            """);
    }

    public string Folder { get; }

    public string Report => Path.Combine(Folder, "artifacts", "robustness", "report.md");

    public ShellRun Build(params string[] args) => _packages.Dotnet(Folder, ["build", "--nologo", .. args]);

    public ShellRun Build(IReadOnlyDictionary<string, string> environment) => _packages.Dotnet(Folder, environment, "build", "--nologo");

    public ShellRun Clean() => _packages.Dotnet(Folder, "clean", "--nologo");

    /// <summary>When the gate last wrote its report; null where there is none.</summary>
    public DateTime? Checked() => File.Exists(Report) ? File.GetLastWriteTimeUtc(Report) : null;

    private static string Escape(string value) => value.Replace("%", "%25", StringComparison.Ordinal).Replace(";", "%3B", StringComparison.Ordinal);
}
