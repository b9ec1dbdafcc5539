using System.Globalization;
using RobustnessGate.Facts;
using RobustnessGate.Gating;
using RobustnessGate.Policies;
using RobustnessGate.Results;
using RobustnessGate.Tests.Cli;
using static RobustnessGate.Tests.Scene;
using Tool = RobustnessGate.Tests.Cli.Tool;

namespace RobustnessGate.ProcessTests;

public class AuditSpeedTests
{
    private const int Samples = 10_000;
    private const int Attacks = 20;

    /// <summary>Within a second on an idle machine; how long it takes on this one is no matter of right or wrong.</summary>
    [Fact]
    public void Ten_thousand_samples_and_twenty_attacks_are_verified_by_the_executable()
    {
        var folder = Directory.CreateTempSubdirectory("robustness gate audit ").FullName;
        try
        {
            Write(folder);

            var run = Tool.RunIn(folder, "report", "results.json", "--verify");

            Assert.True(run.ExitCode == 0, run.Everything);
            Assert.StartsWith("verified: ", run.Output, StringComparison.Ordinal);
        }
        finally
        {
            if (Environment.GetEnvironmentVariable("KEEP_AUDIT") is { } keep)
            {
                Directory.Move(folder, keep);
            }
            else
            {
                Directory.Delete(folder, recursive: true);
            }
        }
    }

    private static void Write(string folder)
    {
        var radii = Enumerable.Range(1, Attacks).Select(i => (i / 100.0).ToString(CultureInfo.InvariantCulture)).ToArray();
        File.WriteAllText(Path.Combine(folder, "robustness.yml"), $"""
            version: 1
            model: {"{"} path: m.onnx, input: {"{"} shape: [1, 2, 2], bounds: [0, 1] {"}"} {"}"}
            data: {"{"} images: x.npy, labels: y.npy {"}"}
            attacks:
              - {"{"} name: pgd, epsilon: [{string.Join(", ", radii)}] {"}"}
            gate:
              baseline: robustness.baseline.json
              rules:
                - {"{"} metric: natural-accuracy, max-drop: 0.01 {"}"}
                - {"{"} metric: worst-case-accuracy, epsilon: 0.2, max-drop: 0.01 {"}"}
            """);
        var policy = PolicyReader.Read(Path.Combine(folder, "robustness.yml"));
        var natural = Bits(9900, Samples);
        EvaluationFacts Evaluation(int shift) => Measured(natural, natural, natural) with
        {
            Attacks = [.. policy.Runs.Select((run, i) => Attack(run.Id, run.Epsilon.Value, Bits(9000 - (i * 100) - shift, Samples)))],
        };
        var pinned = Pin(policy, Evaluation(0));
        File.WriteAllText(Path.Combine(folder, "robustness.baseline.json"), BaselineFile.Render(pinned));
        var now = Evaluation(20);
        var gate = new Places(policy).Portable(Gate.Decide(policy, now, pinned));
        File.WriteAllText(Path.Combine(folder, "results.json"), ResultsFile.Render(ResultsDocument.Of(policy, now, gate, RobustnessGate.Tests.Scene.Tool)));
    }
}
