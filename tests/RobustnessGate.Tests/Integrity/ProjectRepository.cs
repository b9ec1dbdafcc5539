using System.Diagnostics;
using RobustnessGate.Hosting;
using RobustnessGate.UseCases;

namespace RobustnessGate.Tests.Integrity;

/// <summary>A real git repository with a policy, a model, data and a pinned baseline on main, and a change on a branch.</summary>
internal sealed class ProjectRepository : IDisposable
{
    private const string Policy = """
        version: 1
        seed: 7
        model: { path: model.txt, input: { shape: [1, 2, 2], bounds: [0, 1] } }
        data: { images: images.txt, labels: labels.txt, samples: 100 }
        attacks:
          - { name: pgd, epsilon: [0.1, 0.3], steps: 40, restarts: 2 }
          - { name: fgsm, epsilon: 0.3 }
        gate:
          baseline: robustness.baseline.json
          release: release.json
          max-total-drop: 0.15
          alpha: 0.01
          on-inconclusive: fail
          rules:
            - { metric: natural-accuracy, min: 0.9, max-drop: 0.01 }
            - { metric: worst-case-accuracy, epsilon: 0.3, max-drop: 0.1, min: 0.4 }
        """;

    private static readonly Lazy<string> Template = new(MakeTemplate);

    public ProjectRepository(bool empty = false)
    {
        Folder = Directory.CreateTempSubdirectory("robustness gate repository ").FullName;
        if (!empty)
        {
            Copy(Template.Value, Folder);
        }
    }

    public string Folder { get; private init; }

    public string this[string name] => Path.Combine(Folder, name);

    public string Read(string name) => File.ReadAllText(this[name]);

    public void Write(string name, string text) => File.WriteAllText(this[name], text);

    public void Replace(string name, string before, string after)
    {
        Assert.Contains(before, Read(name), StringComparison.Ordinal);
        Write(name, Read(name).Replace(before, after, StringComparison.Ordinal));
    }

    /// <summary>Makes a model of which so many of a hundred samples are robust.</summary>
    public void Model(int robust) => Write("model.txt", $"robust {robust}");

    public void Commit() => Git("commit", "-qam", "change");

    public CheckOutcome Check(string? baseline = "git:main", IEvaluationHost? host = null, DateOnly? today = null) => RobustnessGate.UseCases.Check.Run(
        new(this["robustness.yml"], this["out"], new(), ["json", "markdown"], baseline, Today: today ?? new DateOnly(2026, 11, 22)),
        host ?? new PaperHost(), CancellationToken.None);

    public void PinPresent(string? path = null) => BaselineUpdate.Run(this["robustness.yml"], this["out"], path is null ? null : this[path]);

    public string Git(params string[] arguments) => Run(Folder, arguments);

    public static IEnumerable<string> Codes(CheckOutcome outcome) => outcome.Results.Gate.Findings.Select(finding => finding.Code);

    public static string Run(string folder, params string[] arguments)
    {
        var start = new ProcessStartInfo("git", arguments) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true };
        // No file of this name: git then reads no user's settings.
        start.Environment["GIT_CONFIG_GLOBAL"] = Path.Combine(folder, "no.gitconfig");
        start.Environment["GIT_CONFIG_NOSYSTEM"] = "1";
        using var git = Process.Start(start)!;
        var (output, error) = (git.StandardOutput.ReadToEnd(), git.StandardError.ReadToEnd());
        git.WaitForExit();
        Assert.True(git.ExitCode == 0, error);
        return output.Trim();
    }

    public void Dispose()
    {
        // Objects of git are read-only.
        foreach (var file in new DirectoryInfo(Folder).EnumerateFiles("*", SearchOption.AllDirectories))
        {
            file.IsReadOnly = false;
        }

        Directory.Delete(Folder, recursive: true);
    }

    private static string MakeTemplate()
    {
        var project = new ProjectRepository(empty: true);
        project.Git("init", "-q", "-b", "main");
        project.Git("config", "user.name", "A");
        project.Git("config", "user.email", "a@example.org");
        project.Write("robustness.yml", Policy);
        project.Write("images.txt", "images");
        project.Write("labels.txt", "labels");
        project.Write(".gitignore", "out/\n");
        project.Model(60);
        project.Check(null);
        project.PinPresent();
        project.PinPresent("release.json");
        project.Git("add", ".");
        project.Git("commit", "-qm", "base");
        project.Git("checkout", "-q", "-b", "change");
        AppDomain.CurrentDomain.ProcessExit += (_, _) => project.Dispose();
        return project.Folder;
    }

    public static void Copy(string from, string to)
    {
        foreach (var folder in Directory.EnumerateDirectories(from, "*", SearchOption.AllDirectories))
        {
            Directory.CreateDirectory(folder.Replace(from, to, StringComparison.Ordinal));
        }

        foreach (var file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            File.Copy(file, file.Replace(from, to, StringComparison.Ordinal));
        }
    }
}
