using RobustnessGate.Tests.Cli;
using RobustnessGate.Tests.Integrity;

namespace RobustnessGate.ProcessTests;

/// <summary>A pull request as a build service sees it: the real process, a real repository, a detached head.</summary>
public class PullRequestTests
{
    [Fact]
    public void A_pull_request_is_measured_as_its_merge_base_was_and_can_be_verified()
    {
        using var work = Workspace.Pinned();
        File.WriteAllText(work[".gitignore"], "artifacts/\n");
        Git(work, "init", "-q", "-b", "main");
        Git(work, "add", ".");
        Git(work, "-c", "user.name=A", "-c", "user.email=a@example.org", "commit", "-qm", "base");
        Git(work, "update-ref", "refs/remotes/origin/main", "HEAD");
        Git(work, "checkout", "-q", "--detach");
        // One step instead of five, and a rule that allows everything.
        File.WriteAllText(work["robustness.yml"], work.Read("robustness.yml")
            .Replace("steps: 5", "steps: 1", StringComparison.Ordinal)
            .Replace("epsilon: 0.1, max-drop: 0.01", "epsilon: 0.1, max-drop: 1", StringComparison.Ordinal));
        work.WriteModel("model.onnx", -4);
        Git(work, "-c", "user.name=A", "-c", "user.email=a@example.org", "commit", "-qam", "change");

        using var tool = Tool.Start(work.Folder, [("GITHUB_BASE_REF", "main")], "check", "--baseline", "auto");
        var run = tool.Wait();

        Assert.True(run.ExitCode == 2, run.Everything);
        Assert.Contains("RG0501: attacks.pgd-linf-0.1.steps: 5 → 1", run.Output, StringComparison.Ordinal);
        Assert.Contains("RG0501: gate.rules.worst-case-accuracy-linf-0.1.max-drop: 0.01 → 1", run.Output, StringComparison.Ordinal);
        Assert.Contains("RG1001", run.Output, StringComparison.Ordinal);
        Assert.Contains("pgd/1 steps=5", work.Read("artifacts/robustness/results.json"), StringComparison.Ordinal);

        var verified = work.Run("report", "artifacts/robustness/results.json", "--verify");
        Assert.True(verified.ExitCode == 0, verified.Everything);
        var supposed = work.Run("check", "--what-if", "gate.alpha=0.02");
        Assert.True(supposed.ExitCode == 2, supposed.Everything);
    }

    private static void Git(Workspace work, params string[] arguments) => ProjectRepository.Run(work.Folder, arguments);
}
