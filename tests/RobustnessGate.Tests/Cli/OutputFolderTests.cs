using RobustnessGate.Diagnostics;
using RobustnessGate.Hosting;

namespace RobustnessGate.Tests.Cli;

public sealed class OutputFolderTests : IDisposable
{
    private readonly string _path = Directory.CreateTempSubdirectory("robustness-gate-tests-").FullName;

    [Fact]
    public void A_run_starts_without_what_an_earlier_one_left()
    {
        File.WriteAllText(Path.Combine(_path, "report.md"), "passed");
        File.WriteAllText(Path.Combine(_path, "notes.txt"), "the user's own");
        Directory.CreateDirectory(Path.Combine(_path, OutputFolder.Adversarial));

        OutputFolder.Prepare(_path, ["report.md"]);

        Assert.Equal(["notes.txt"], Directory.GetFileSystemEntries(_path).Select(Path.GetFileName));
    }

    [Fact]
    public void Only_judged_points_that_an_earlier_run_names_are_deleted()
    {
        var saved = Path.Combine(_path, OutputFolder.Adversarial);
        Directory.CreateDirectory(Path.Combine(saved, "mine"));
        foreach (var file in new[] { "adversarial/pgd.npy", "adversarial/other.npy", "adversarial/notes.txt", "adversarial/mine/a.npy", "outside.npy" })
        {
            File.WriteAllText(Path.Combine(_path, file), "");
        }

        File.WriteAllText(Path.Combine(_path, "results.json"), """
            {"attacks": [{"adversarial": "adversarial/pgd.npy"}, {"adversarial": null}, {"adversarial": "adversarial/../outside.npy"},
              {"adversarial": "adversarial/notes.txt"}, {"adversarial": "adversarial/mine/a.npy"}]}
            """);

        OutputFolder.Prepare(_path, ["results.json"]);

        Assert.Equal(
            ["adversarial/mine/a.npy", "adversarial/notes.txt", "adversarial/other.npy", "outside.npy"],
            Directory.GetFiles(_path, "*", SearchOption.AllDirectories).Select(file => Path.GetRelativePath(_path, file)).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_file_replaces_the_one_before_and_leaves_no_draft()
    {
        var folder = OutputFolder.Prepare(_path, []);
        folder.Write("report.md", "one");

        folder.Write("report.md", "two");

        Assert.Equal("two", File.ReadAllText(Path.Combine(_path, "report.md")));
        Assert.Single(Directory.GetFiles(_path));
    }

    [Fact]
    public void A_folder_that_is_a_file_is_a_mistake_of_the_command_line()
    {
        var file = Path.Combine(_path, "file");
        File.WriteAllText(file, "");

        var mistake = Assert.Throws<MistakeException>(() => OutputFolder.Prepare(file, []));

        Assert.Equal(ExitCode.BadCommandLine, mistake.ExitCode);
        Assert.Equal("RG0004", Assert.Single(mistake.Findings).Code);
    }

    public void Dispose() => Directory.Delete(_path, recursive: true);
}
