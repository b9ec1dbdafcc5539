using RobustnessGate.Tests.Cli;

namespace RobustnessGate.Tests.Training;

public sealed class KilledTrainingTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("killed").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    /// <summary>Through the real process and a real kill, at moments that no test can choose.</summary>
    [Fact]
    public void AKilledHardenGoesOnAndEndsAtTheSameBytes()
    {
        var quickStart = Path.Combine(TestData.Root, "templates", "quick-start");
        File.WriteAllText(Path.Combine(_folder, "robustness.yml"), $$"""
            version: 1
            model: { path: '{{quickStart}}/natural.onnx', input: { shape: [1, 8, 8], bounds: [0, 1] } }
            data: { images: '{{quickStart}}/test-images.idx.gz', labels: '{{quickStart}}/test-labels.idx.gz', samples: 20 }
            attacks: [ { name: fgsm, norm: linf, epsilon: 0.1 } ]
            gate: { rules: [ { metric: natural-accuracy, min: 0.5 } ] }
            harden:
              regime: jacobian
              epochs: 8
              held-out: 20
              data: { images: '{{quickStart}}/train-images.idx.gz', labels: '{{quickStart}}/train-labels.idx.gz', samples: 400 }
            """);
        Assert.Equal(0, Tool.RunIn(_folder, "harden", "-o", "uninterrupted").ExitCode);

        for (var kill = 0; kill < 2; kill++)
        {
            using var running = Tool.Start(_folder, [], "harden", "-o", "killed");
            running.WaitForLine(line => line.Contains("epoch ", StringComparison.Ordinal));
            Thread.Sleep(Random.Shared.Next(300));
            running.Process.Kill();
            running.Process.WaitForExit();
        }

        var last = Tool.RunIn(_folder, "harden", "-o", "killed");
        Assert.Equal(0, last.ExitCode);
        Assert.DoesNotContain("epoch 1/8", last.Error, StringComparison.Ordinal);
        Assert.Equal(Hardened("uninterrupted"), Hardened("killed"));
    }

    private byte[] Hardened(string output) => File.ReadAllBytes(Path.Combine(_folder, output, "natural.hardened.onnx"));
}
