namespace RobustnessGate.PackageTests;

[Collection(PackagesCollection.Name)]
public class ToolPackageTests(Packages packages)
{
    private const string Megabyte = "MB";

    [Fact]
    public void The_pointer_is_small_and_the_platforms_package_fits_the_gallery()
    {
        var pointer = new FileInfo(packages.Package("RobustnessGate.Tool")).Length;
        var platform = new FileInfo(packages.Package("RobustnessGate.Tool.linux-x64")).Length;

        Assert.InRange(pointer, 1, 50_000);
        Assert.True(platform < 250_000_000, $"{platform / 1e6} {Megabyte}");
    }

    [Fact]
    public void Libtorch_is_inside_without_its_dead_weight()
    {
        var entries = packages.Entries("RobustnessGate.Tool.linux-x64");

        Assert.Contains("tools/net10.0/linux-x64/libtorch_cpu.so", entries);
        Assert.DoesNotContain(entries, entry => entry.Contains("python", StringComparison.Ordinal) || entry.Contains("_test", StringComparison.Ordinal));
        Assert.DoesNotContain(entries, entry => entry.EndsWith(".dylib", StringComparison.Ordinal) || entry.Contains("win-x64", StringComparison.Ordinal));
    }

    [Fact]
    public void An_installed_tool_checks_in_an_empty_folder()
    {
        var folder = QuickStart.In(packages.NewFolder("installed tool"));

        var run = packages.DotnetWithTool(folder, "robustness-gate", "check").Succeeded();

        Assert.Contains("passed: 4 of 4 rules", run.Output, StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Combine(folder, "artifacts", "robustness", "report.md")));
    }

    [Fact]
    public void A_local_manifest_gives_the_same_command_and_so_does_tool_exec()
    {
        var folder = packages.NewFolder("local manifest");
        packages.Dotnet(folder, "new", "tool-manifest").Succeeded();
        packages.Dotnet(folder, "tool", "install", "RobustnessGate.Tool", "--version", packages.PackageVersion).Succeeded();

        var local = packages.Dotnet(folder, "robustness-gate", "--version").Succeeded();
        var executed = packages.Dotnet(
            packages.NewFolder("tool exec"), "tool", "exec", $"RobustnessGate.Tool@{packages.PackageVersion}", "--yes", "--", "--version").Succeeded();

        Assert.Contains(packages.PackageVersion, local.Output, StringComparison.Ordinal);
        Assert.Contains(packages.PackageVersion, executed.Output, StringComparison.Ordinal);
    }
}
