using RobustnessGate.Hosting;
using RobustnessGate.Kernels;
using RobustnessGate.Policies;
using RobustnessGate.Tests.Cli;
using RobustnessGate.Tests.Models;
using RobustnessGate.UseCases;

namespace RobustnessGate.Tests.Kernels;

public class StartAgainTests
{
    /// <summary>Single layers of a TorchScript file cannot be computed otherwise: the process asks for one with older instructions.</summary>
    [Fact]
    public void An_evaluation_of_another_format_asks_for_older_instructions()
    {
        using var wrong = new StandInKernels(StandInKernels.BackwardInPartialBlocks);
        Assert.Equal(ChildExit.StartAgain, End("traced.pt"));
    }

    /// <summary>A second start would change nothing where the first had older instructions already.</summary>
    [Fact]
    public void Once_is_enough()
    {
        using var wrong = new StandInKernels(StandInKernels.BackwardInPartialBlocks);
        Environment.SetEnvironmentVariable(KernelSelection.SecondStartVariable, "1");
        try
        {
            Assert.NotEqual(ChildExit.StartAgain, End("traced.pt"));
            Assert.Equal(KernelMode.WithoutVendorLibraries, KernelSelection.Mode);
        }
        finally
        {
            Environment.SetEnvironmentVariable(KernelSelection.SecondStartVariable, null);
        }
    }

    private static int End(string fixture)
    {
        using var work = new Workspace();
        File.Copy(ModelFolder.Fixture(fixture), work["model.pt"]);
        File.WriteAllText(work["robustness.yml"], File.ReadAllText(work["robustness.yml"]).Replace("model.onnx", "model.pt", StringComparison.Ordinal));
        new EvaluationRequest(work["robustness.yml"], new PolicyOverrides(), 1, 64, null).Write(work["request.json"]);
        return (int)EvaluationProcess.Run(work["request.json"], work["records.jsonl"], _ => { }, _ => { }, () => TimeSpan.Zero, CancellationToken.None);
    }
}
