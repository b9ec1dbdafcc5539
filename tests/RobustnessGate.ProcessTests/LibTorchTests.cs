using RobustnessGate.Native;
using RobustnessGate.Tests;
using RobustnessGate.Tests.Cli;

namespace RobustnessGate.ProcessTests;

public class LibTorchTests
{
    private const string Shim = "libLibTorchSharp.so";

    private static string ToolFolder => Path.GetDirectoryName(Tool.Path)!;

    [LinuxFact]
    public void The_unused_version_need_of_the_shim_is_marked_in_one_byte()
    {
        var image = File.ReadAllBytes(Path.Combine(ToolFolder, Shim));
        var marked = (byte[])image.Clone();

        Assert.Equal(1, ElfVersionNeeds.MarkWeak(marked, "GLIBCXX_3.4.32"));
        Assert.Equal(1, image.Zip(marked).Count(pair => pair.First != pair.Second));
        Assert.Equal(0, ElfVersionNeeds.MarkWeak(marked, "GLIBCXX_9.9.99"));
        Assert.Equal(0, ElfVersionNeeds.MarkWeak("no ELF image, but long enough to hold a header of sixty-four bytes"u8.ToArray(), "GLIBCXX_3.4.32"));
    }

    [LinuxTheory]
    [InlineData("libtorch_cpu.so", false)]
    [InlineData(Shim, true)]
    public void A_libtorch_that_cannot_load_is_named_and_nothing_is_copied(string file, bool replaced)
    {
        var folder = Directory.CreateTempSubdirectory("libtorch").FullName;
        try
        {
            foreach (var path in Directory.GetFiles(ToolFolder))
            {
                var copy = Path.Combine(folder, Path.GetFileName(path));
                if (Path.GetFileName(path) == file)
                {
                    if (replaced)
                    {
                        File.WriteAllText(copy, "not a library");
                    }
                }
                else if (path.EndsWith(".so", StringComparison.Ordinal))
                {
                    File.CreateSymbolicLink(copy, path);
                }
                else
                {
                    File.Copy(path, copy);
                }
            }

            var policy = Path.Combine(TestData.Root, "robustness.yml.example");
            var run = Tool.RunOther(Path.Combine(folder, Path.GetFileName(Tool.Path)), folder, "check", "-p", policy);

            Assert.Equal(1, run.ExitCode);
            Assert.Contains("error RG0901: libtorch cannot be loaded", run.Everything, StringComparison.Ordinal);
            Assert.Contains(file, run.Everything, StringComparison.Ordinal);
            Assert.DoesNotContain("RG0912", run.Everything, StringComparison.Ordinal);
            Assert.False(Directory.Exists(Path.Combine(folder, "cpu")), "libtorch was copied about");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private sealed class LinuxFactAttribute : FactAttribute
    {
        public LinuxFactAttribute() => Skip = OperatingSystem.IsLinux() ? null : "the loader acts on Linux alone";
    }

    private sealed class LinuxTheoryAttribute : TheoryAttribute
    {
        public LinuxTheoryAttribute() => Skip = OperatingSystem.IsLinux() ? null : "the loader acts on Linux alone";
    }
}
