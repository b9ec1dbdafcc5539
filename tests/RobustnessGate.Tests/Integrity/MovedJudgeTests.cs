using RobustnessGate.Diagnostics;

namespace RobustnessGate.Tests.Integrity;

/// <summary>Links, submodules and folders that became either: what is behind a name is not what stands there.</summary>
public class MovedJudgeTests
{
    /// <summary>git compares a symbolic link by its text, so an edit behind it has to be looked for.</summary>
    [Fact]
    public void Data_behind_a_link_are_followed()
    {
        using var project = new ProjectRepository();
        project.Git("checkout", "-q", "main");
        Directory.CreateDirectory(project["store"]);
        File.Move(project["images.txt"], project["store/images.txt"]);
        File.CreateSymbolicLink(project["images.txt"], "store/images.txt");
        project.Git("add", "-A");
        project.Commit();
        project.Git("checkout", "-q", "-b", "next");
        project.Write("store/images.txt", "easier");
        project.Commit();

        Assert.Contains(project.Check().Results.Gate.Findings, finding =>
            finding.Code == "RG0501" && finding.Message.StartsWith("data.content: store/images.txt", StringComparison.Ordinal));
    }

    /// <summary>The policy's folder becomes another repository, whose own history says that all is as it was.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_folder_that_became_a_repository_is_not_its_own_judge(bool linked)
    {
        using var evil = new ProjectRepository();
        evil.Git("checkout", "-q", "main");
        evil.Model(20);
        evil.Replace("robustness.yml", "min: 0.4", "min: 0.1");
        evil.Replace("robustness.yml", "  release: release.json\n  max-total-drop: 0.15\n", "");
        evil.Check(null);
        evil.PinPresent();
        evil.Commit();
        using var project = InFolder("ci");
        project.Git("checkout", "-q", "-b", "next");
        project.Git("rm", "-rq", "ci");
        project.Git("-c", "protocol.file.allow=always", "submodule", "add", "-q", "-b", "main", new Uri(evil.Folder).AbsoluteUri, linked ? "other" : "ci");
        if (linked)
        {
            File.CreateSymbolicLink(project["ci"], "other");
            project.Git("add", "ci");
        }

        project.Commit();
        var outcome = RobustnessGate.UseCases.Check.Run(
            new(project["ci/robustness.yml"], project["out"], new(), ["json"], "git:main", Today: new DateOnly(2026, 11, 22)), new PaperHost(), CancellationToken.None);

        Assert.NotEqual(ExitCode.Passed, outcome.ExitCode);
        Assert.Contains(outcome.Results.Gate.Findings, finding => finding.Code is "RG0501" or "RG0502" or "RG0503" or "RG0519");
        Assert.DoesNotContain("RG0508", ProjectRepository.Codes(outcome));
    }

    [Fact]
    public void A_folder_that_became_a_link_is_no_first_use()
    {
        using var project = InFolder("ci");
        project.Git("checkout", "-q", "-b", "next");
        project.Git("mv", "ci", "ci2");
        File.CreateSymbolicLink(project["ci"], "ci2");
        project.Replace("ci2/robustness.yml", "alpha: 0.01", "bootstrap: true");
        project.Git("add", "ci");
        project.Commit();

        var outcome = RobustnessGate.UseCases.Check.Run(
            new(project["ci/robustness.yml"], project["out"], new(), ["json"], "git:main", Today: new DateOnly(2026, 11, 22)), new PaperHost(), CancellationToken.None);

        Assert.Contains(outcome.Results.Gate.Findings, finding => finding.Code == "RG0501" && finding.Message.StartsWith("gate.bootstrap: false → true", StringComparison.Ordinal));
        Assert.NotEqual(ExitCode.Passed, outcome.ExitCode);
    }

    /// <summary>The same project in a folder of its repository's main branch.</summary>
    private static ProjectRepository InFolder(string folder)
    {
        var project = new ProjectRepository();
        project.Git("checkout", "-q", "main");
        Directory.CreateDirectory(project[folder]);
        foreach (var file in new[] { "robustness.yml", "robustness.baseline.json", "release.json", "images.txt", "labels.txt", "model.txt" })
        {
            project.Git("mv", file, $"{folder}/{file}");
        }

        project.Commit();
        return project;
    }

    [Fact]
    public void Data_in_a_submodule_are_followed()
    {
        using var data = new ProjectRepository();
        using var project = new ProjectRepository();
        project.Git("checkout", "-q", "main");
        project.Git("-c", "protocol.file.allow=always", "submodule", "add", "-q", new Uri(data.Folder).AbsoluteUri, "sub");
        project.Replace("robustness.yml", "images: images.txt", "images: sub/images.txt");
        project.Commit();
        project.Git("checkout", "-q", "-b", "next");
        project.Write("sub/images.txt", "easier");

        Assert.Contains(project.Check().Results.Gate.Findings, finding =>
            finding.Code == "RG0501" && finding.Message.StartsWith("data.content: sub as", StringComparison.Ordinal));
    }

    [Fact]
    public void A_circle_of_links_is_no_data()
    {
        using var project = new ProjectRepository();
        File.Delete(project["images.txt"]);
        File.CreateSymbolicLink(project["images.txt"], "images.txt");
        project.Commit();

        Assert.Throws<IOException>(() => File.ReadAllText(project["images.txt"]));
        var names = RobustnessGate.Hosting.Git.Open(project["robustness.yml"]).Changed("main", [project["images.txt"]]).Names;

        Assert.Equal("images.txt", Assert.Single(names));
    }
}
