using System.Text.Json;

namespace RobustnessGate.PackageTests;

/// <summary>
/// Packages for systems that this one is not, proved as far as files can: the libraries that are loaded by name are
/// there, and all that they ask their loader for is in the package or belongs to the system.
/// </summary>
[Collection(PackagesCollection.Name)]
public class ForeignPlatformTests(Packages packages)
{
    /// <summary>The Visual C++ runtime is no part of Windows; docs/platforms.md says so.</summary>
    private static readonly string[] VisualCppRuntime = ["MSVCP140.dll", "VCRUNTIME140.dll", "VCRUNTIME140_1.dll"];

    private static readonly string[] Windows =
    [
        "ADVAPI32.dll", "KERNEL32.dll", "WS2_32.dll", "dbghelp.dll", "ole32.dll", "USER32.dll", "WINTRUST.dll", "imagehlp.dll", "PSAPI.DLL", "IPHLPAPI.DLL", "USERENV.dll",
    ];

    /// <summary>What libtorch for macOS asks OpenMP for; the tool loads its own file under that name first (Native/LibTorch.cs).</summary>
    private const string OpenMpOfMac = "/opt/homebrew/opt/libomp/lib/libomp.dylib";

    [Theory]
    [InlineData("win-x64", "LibTorchSharp.dll", "torch_cpu.dll", "c10.dll", "dotnet-robustness-gate.exe")]
    [InlineData("osx-arm64", "libLibTorchSharp.dylib", "libtorch_cpu.dylib", "libc10.dylib", "libomp.dylib", "dotnet-robustness-gate")]
    public void What_the_tool_loads_by_name_is_inside(string platform, params string[] files)
    {
        var entries = packages.Entries($"RobustnessGate.Tool.{platform}");

        Assert.All(files, file => Assert.Contains($"tools/net10.0/{platform}/{file}", entries));
    }

    [Theory]
    [InlineData("linux-x64", ".dylib", ".exe", "libSkiaSharp", ".xml.")]
    [InlineData("win-x64", ".dylib", ".so", "libSkiaSharp", "torch_python")]
    [InlineData("osx-arm64", ".so", ".exe", "libSkiaSharp", "torch_python")]
    public void Nothing_of_another_system_and_no_dead_weight_is_inside(string platform, params string[] endings)
    {
        var entries = packages.Entries($"RobustnessGate.Tool.{platform}");

        Assert.DoesNotContain(entries, entry => endings.Any(ending => Path.GetExtension(entry) == ending || entry.Contains(ending, StringComparison.Ordinal) && ending[0] != '.'));
        Assert.DoesNotContain(entries, entry => entry.EndsWith("RobustnessGate.xml", StringComparison.Ordinal));
        Assert.InRange(new FileInfo(packages.Package($"RobustnessGate.Tool.{platform}")).Length, 1, 250_000_000);
    }

    [Fact]
    public void The_pointer_names_every_platform()
    {
        var settings = packages.Text("RobustnessGate.Tool", entry => entry.EndsWith("DotnetToolSettings.xml", StringComparison.Ordinal));

        Assert.All(["linux-x64", "win-x64", "osx-arm64"], platform => Assert.Contains($"\"{platform}\"", settings, StringComparison.Ordinal));
    }

    [Fact]
    public void What_is_loaded_on_windows_asks_for_nothing_that_is_neither_inside_nor_part_of_the_system()
    {
        var files = packages.Files("RobustnessGate.Tool.win-x64", ".dll");

        Assert.Contains("c10.dll", NativeImports.OfPortableExecutable(files["torch_cpu.dll"]));
        Assert.All(files, file => Assert.All(NativeImports.OfPortableExecutable(file.Value), name => Assert.True(
            files.Keys.Concat(Windows).Concat(VisualCppRuntime).Contains(name, StringComparer.OrdinalIgnoreCase)
                || name.StartsWith("api-ms-win-", StringComparison.OrdinalIgnoreCase),
            $"{file.Key} needs {name}")));
    }

    [Fact]
    public void What_is_loaded_on_a_mac_asks_for_nothing_that_is_neither_inside_nor_part_of_the_system()
    {
        var files = packages.Files("RobustnessGate.Tool.osx-arm64", ".dylib");

        Assert.Contains("@loader_path", NativeImports.OfMachO(files["libLibTorchSharp.dylib"]).SearchPaths);
        Assert.All(files, file => Assert.All(NativeImports.OfMachO(file.Value).Libraries, name => Assert.True(
            name.StartsWith("/usr/lib/", StringComparison.Ordinal) || name.StartsWith("/System/Library/Frameworks/", StringComparison.Ordinal)
                || name == OpenMpOfMac
                || (name.StartsWith("@rpath/", StringComparison.Ordinal) && files.ContainsKey(name["@rpath/".Length..])),
            $"{file.Key} needs {name}")));
    }

    [Theory]
    [InlineData("linux-x64")]
    [InlineData("win-x64")]
    [InlineData("osx-arm64")]
    public void Every_file_that_the_host_looks_for_is_inside(string platform)
    {
        var folder = $"tools/net10.0/{platform}/";
        var entries = packages.Entries($"RobustnessGate.Tool.{platform}");
        using var manifest = JsonDocument.Parse(packages.Text($"RobustnessGate.Tool.{platform}", entry => entry.EndsWith(".deps.json", StringComparison.Ordinal)));
        var looked = manifest.RootElement.GetProperty("targets").EnumerateObject().SelectMany(target => target.Value.EnumerateObject())
            .SelectMany(library => new[] { "runtime", "native" }
                .Where(kind => library.Value.TryGetProperty(kind, out _))
                .SelectMany(kind => library.Value.GetProperty(kind).EnumerateObject()))
            .Select(file => Path.GetFileName(file.Name)).ToArray();

        Assert.NotEmpty(looked);
        Assert.All(looked, file => Assert.Contains(folder + file, entries));
    }
}
