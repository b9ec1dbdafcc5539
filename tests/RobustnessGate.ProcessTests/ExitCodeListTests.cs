using RobustnessGate.Diagnostics;
using RobustnessGate.Tests.Cli;

namespace RobustnessGate.ProcessTests;

/// <summary>Every exit code that there is, reached through the real process.</summary>
public sealed class ExitCodeListTests(CheckedWorkspace checkedWork) : IClassFixture<CheckedWorkspace>
{
    private Workspace Work => checkedWork.Work;

    private Dictionary<ExitCode, Func<ToolRun>> Ways => new()
    {
        [ExitCode.Passed] = () => checkedWork.Passed,
        [ExitCode.InternalError] = () => With("ROBUSTNESS_GATE_LIBTORCH", "/absent", "check", "-o", "broken"),
        [ExitCode.GateFailed] = () => Check("rules.yml", "min: 0.9, max-drop: 0.01", "max: 0.1"),
        [ExitCode.Cancelled] = () => Check("endless.yml", "steps: 5", "steps: 1000, restarts: 100000", "--timeout", "1s"),
        [ExitCode.InvalidInput] = () => Work.Run("check", "-p", "absent.yml", "-o", "other"),
        [ExitCode.BadCommandLine] = () => Work.Run("check", "--absent"),
        [ExitCode.BaselineUnusable] = () => Work.Run("check", "--baseline", "absent.json", "-o", "other"),
        // No place for what the two processes have to tell each other.
        [ExitCode.EvaluationCrashed] = () => With("TMPDIR", "/absent", "check", "-o", "other"),
        [ExitCode.NothingEvaluated] = () => Work.Run("report", "absent.json"),
        [ExitCode.Inconclusive] = Inconclusive,
    };

    [Fact]
    public void The_list_is_complete() => Assert.Equal(Enum.GetValues<ExitCode>(), Ways.Keys.Order());

    public static IEnumerable<object[]> Codes => (TheoryData<ExitCode>)[.. Enum.GetValues<ExitCode>()];

    [Theory]
    [MemberData(nameof(Codes))]
    internal void Each_is_reached(ExitCode code)
    {
        var run = Ways[code]();

        Assert.True(run.ExitCode == (int)code, $"{run.ExitCode}: {run.Everything}");
    }

    /// <summary>A model that loses a few samples, which forty cannot tell from chance.</summary>
    private ToolRun Inconclusive()
    {
        using var own = new Workspace();
        own.WritePolicy(attacks: "  - { name: fgsm, norm: linf, epsilon: 0.1 }", extra: "  on-inconclusive: fail");
        own.Run("check", "--in-process");
        own.Run("baseline", "update");
        own.WriteModel("model.onnx", 4, 3.4f);
        return own.Run("check", "--in-process");
    }

    private ToolRun Check(string file, string before, string after, params string[] more)
    {
        File.WriteAllText(Work[file], Work.Read("robustness.yml").Replace(before, after, StringComparison.Ordinal));
        return Work.Run(["check", "-p", file, "-o", "other", "--baseline", "none", .. more]);
    }

    /// <summary>Also where the policy's rules could do without a baseline: a path that is typed is meant.</summary>
    [Fact]
    public void A_baseline_that_is_named_must_be_there()
    {
        var compared = Ways[ExitCode.BaselineUnusable]();
        var floors = Work.Run("check", "-p", Floors(), "-o", "other", "--baseline", "absent.json");

        Assert.All([compared, floors], run =>
        {
            Assert.Equal(6, run.ExitCode);
            Assert.Contains("error RG0201: there is no baseline at 'absent.json'", run.Output, StringComparison.Ordinal);
        });
    }

    private string Floors()
    {
        File.WriteAllText(Work["floors.yml"], Work.Read("robustness.yml").Replace(", max-drop: 0.01", ", min: 0.1", StringComparison.Ordinal)
            .Replace("min: 0.9, min: 0.1", "min: 0.9", StringComparison.Ordinal));
        return "floors.yml";
    }

    private ToolRun With(string variable, string value, params string[] args)
    {
        using var tool = Tool.Start(Work.Folder, [(variable, value)], args);
        return tool.Wait();
    }
}
