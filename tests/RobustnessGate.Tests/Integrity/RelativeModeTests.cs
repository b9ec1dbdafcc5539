using RobustnessGate.Diagnostics;
using RobustnessGate.Policies;
using RobustnessGate.Results;
using RobustnessGate.UseCases;

namespace RobustnessGate.Tests.Integrity;

/// <summary>A baseline that was pinned in another environment.</summary>
public class RelativeModeTests
{
    [Theory]
    [InlineData("2.10.0", "cuda:0", "device cpu → cuda")]
    [InlineData("2.11.0", "cpu", "libtorch 2.10.0 → 2.11.0")]
    [InlineData("2.10.0", "cpu", "kernels as-shipped → proved-by-layer", "proved-by-layer")]
    public void The_merge_base_s_model_is_evaluated_here_as_well(string torch, string device, string because, string kernels = "as-shipped")
    {
        using var project = new ProjectRepository();
        project.Model(58);
        project.Commit();
        var host = new PaperHost(torch, device, kernels);

        var outcome = project.Check(host: host);

        Assert.True(outcome.ExitCode == ExitCode.Passed, string.Join('\n', outcome.Results.Gate.Findings));
        Assert.Equal(2, host.Requests.Count);
        Assert.Equal(because, outcome.Results.Relative);
        Assert.Contains("RG0524", ProjectRepository.Codes(outcome));
        Assert.Equal(60, outcome.Results.Gate.Rules.First(rule => rule.Metric == "worst-case-accuracy").BaselineCount);
        Assert.Contains("evaluated here as well", File.ReadAllText(project["out/report.md"]), StringComparison.Ordinal);
        Assert.Empty(StoredResults.Verify(project["out/results.json"], project["robustness.yml"], null).Differences);
    }

    [Fact]
    public void A_loss_is_seen_there_too_and_a_lowered_bar_with_it()
    {
        using var project = new ProjectRepository();
        project.Model(39);
        project.Replace("robustness.yml", "steps: 40", "steps: 1");
        project.Commit();

        var outcome = project.Check(host: new PaperHost(device: "cuda"));

        Assert.Equal(ExitCode.GateFailed, outcome.ExitCode);
        Assert.Contains("RG0501", ProjectRepository.Codes(outcome));
        Assert.Contains("RG1001", ProjectRepository.Codes(outcome));
    }

    [Fact]
    public void A_model_that_cannot_be_had_leaves_pinned_outcomes_and_a_warning()
    {
        using var project = new ProjectRepository();
        project.Model(58);
        var host = new PaperHost(device: "cuda");

        var outcome = project.Check(null, host);

        Assert.Single(host.Requests);
        Assert.Null(outcome.Results.Relative);
        Assert.Contains("RG0525", ProjectRepository.Codes(outcome));
        Assert.Empty(StoredResults.Verify(project["out/results.json"], project["robustness.yml"], project["robustness.baseline.json"]).Differences);
    }

    /// <summary>Whoever edits a baseline can write any origin into it: the change must not be compared with itself.</summary>
    [Fact]
    public void A_forged_origin_does_not_compare_the_change_with_itself()
    {
        using var project = new ProjectRepository();
        project.Model(39);
        project.Check(null);
        var present = Pinning.Of(StoredResults.Read(project["out/results.json"]), PolicyReader.Read(project["robustness.yml"]));
        var pinned = BaselineUpdate.Load(project["robustness.baseline.json"]);
        project.Write("robustness.baseline.json", BaselineFile.Render(pinned with
        {
            Origin = pinned.Origin with { Device = "cuda", ModelSha256 = present.Origin.ModelSha256, PolicySha256 = present.Origin.PolicySha256 },
        }));
        project.Commit();

        var outcome = project.Check();

        Assert.Equal(ExitCode.BaselineUnusable, outcome.ExitCode);
        Assert.Contains("RG0502", ProjectRepository.Codes(outcome));
        Assert.Contains("RG1001", ProjectRepository.Codes(outcome));
    }

    /// <summary>The model's file is the same, but the policy around it is not: its preprocessing may have changed.</summary>
    [Fact]
    public void The_same_file_under_another_policy_is_another_model()
    {
        using var project = new ProjectRepository();
        Assert.Equal("device cpu → cuda", project.Check(null, new PaperHost(device: "cuda")).Results.Relative);

        project.Replace("robustness.yml", "bounds: [0, 1]", "bounds: [0, 1], mean: [0.9], std: [0.1]");

        Assert.Null(project.Check(null, new PaperHost(device: "cuda")).Results.Relative);
    }

    /// <summary>A model at the merge base that is not the one that was pinned proves nothing.</summary>
    [Fact]
    public void Another_model_than_the_pinned_one_is_not_compared_with()
    {
        using var project = new ProjectRepository();
        project.Git("checkout", "-q", "main");
        project.Model(55);
        project.Commit();
        project.Git("checkout", "-q", "-b", "next");
        project.Model(54);
        project.Commit();

        var outcome = project.Check(host: new PaperHost(device: "cuda"));

        Assert.Null(outcome.Results.Relative);
        Assert.Contains("RG0525", ProjectRepository.Codes(outcome));
    }

    /// <summary>Pinned at 60 by whoever could make the gate measure again; the model at the merge base has fallen meanwhile.</summary>
    [Fact]
    public void An_origin_that_leads_to_a_weaker_model_is_not_believed()
    {
        using var project = new ProjectRepository();
        project.Git("checkout", "-q", "main");
        project.Model(45);
        project.Check(null);
        var present = Pinning.Of(StoredResults.Read(project["out/results.json"]), PolicyReader.Read(project["robustness.yml"]));
        var pinned = BaselineUpdate.Load(project["robustness.baseline.json"]);
        project.Write("robustness.baseline.json", BaselineFile.Render(pinned with
        {
            Origin = pinned.Origin with { Torch = "2.9.0", ModelSha256 = present.Origin.ModelSha256 },
        }));
        project.Commit();
        project.Git("checkout", "-q", "-b", "next");
        project.Model(40);
        project.Commit();

        var outcome = project.Check();

        Assert.Contains("RG0531", ProjectRepository.Codes(outcome));
        Assert.Null(outcome.Results.Relative);
        Assert.Equal(ExitCode.GateFailed, outcome.ExitCode);
        Assert.Equal(60, outcome.Results.Gate.Rules.First(rule => rule.Metric == "worst-case-accuracy").BaselineCount);
    }

    [Fact]
    public void The_same_environment_needs_no_second_evaluation()
    {
        using var project = new ProjectRepository();
        var host = new PaperHost();

        Assert.Equal(ExitCode.Passed, project.Check(host: host).ExitCode);
        Assert.Single(host.Requests);
        Assert.Contains("\"device\": \"cpu\"", project.Read("robustness.baseline.json"), StringComparison.Ordinal);
    }
}
