using RobustnessGate.Diagnostics;

namespace RobustnessGate.Tests.Integrity;

/// <summary>A pull request's pictures show the merge base's model beside its own.</summary>
public class PicturedBaselineTests
{
    [Fact]
    public void The_merge_base_s_model_goes_along_for_the_pictures()
    {
        using var project = new ProjectRepository();
        project.Model(59);
        project.Commit();
        var host = new PaperHost();

        var outcome = project.Check(host: host);

        var request = Assert.Single(host.Requests);
        Assert.Equal(ExitCode.Passed, outcome.ExitCode);
        Assert.Equal("model.txt", Path.GetFileName(request.Before!.Path));
        Assert.NotEqual(project["model.txt"], request.Before.Path);
        Assert.Equal(outcome.Results.Baseline!.Origin.ModelSha256, request.BrokenExamples!.ModelSha256);
        Assert.False(File.Exists(request.Before.Path), "the copy outlived the check");
    }

    [Fact]
    public void Where_data_are_no_images_no_model_is_copied_for_pictures()
    {
        using var project = new ProjectRepository();
        project.Git("checkout", "-q", "main");
        project.Replace("robustness.yml", "shape: [1, 2, 2]", "shape: [4]");
        project.Check(null);
        project.PinPresent();
        project.PinPresent("release.json");
        project.Commit();
        project.Git("checkout", "-q", "-b", "rows");
        var host = new PaperHost();

        var outcome = project.Check(host: host);

        Assert.Equal(ExitCode.Passed, outcome.ExitCode);
        Assert.NotNull(outcome.Results.Baseline);
        Assert.Null(Assert.Single(host.Requests).Before);
    }

    [Fact]
    public void A_baseline_s_file_alone_brings_no_model_along()
    {
        using var project = new ProjectRepository();
        var host = new PaperHost();

        project.Check(baseline: null, host: host);

        Assert.Null(Assert.Single(host.Requests).Before);
    }
}
