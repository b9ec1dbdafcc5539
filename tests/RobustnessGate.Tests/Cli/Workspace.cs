using RobustnessGate.Diagnostics;
using RobustnessGate.Models.Onnx;
using RobustnessGate.Samples;
using RobustnessGate.Tests.Integrity;
using TorchSharp;

namespace RobustnessGate.Tests.Cli;

/// <summary>
/// A temporary folder with a policy, a model and data, as a user's repository has them. The model is linear with two
/// classes over four pixels, x ↦ (s·(x₁+x₂), s·(x₃+x₄)), so that what every attack can reach is known beforehand.
/// </summary>
internal sealed class Workspace : IDisposable
{
    public const int Samples = 40;

    private static readonly Lazy<Workspace> CheckedOnce = new(() => Prepared(new Workspace(), ExitCode.BaselineUnusable, "check"));

    private static readonly Lazy<Workspace> PinnedOnce = new(() => Prepared(Checked(), ExitCode.Passed, "baseline", "update"));

    public Workspace()
    {
        WriteModel("model.onnx", 4);
        WriteData();
        WritePolicy();
    }

    private Workspace(Workspace origin) => ProjectRepository.Copy(origin.Folder, Folder);

    public string Folder { get; } = Directory.CreateTempSubdirectory("robustness gate tests ").FullName;

    public string this[string name] => Path.Combine(Folder, name);

    /// <summary>One that was checked and has no baseline. It is checked once: everyone gets a copy of what that left behind.</summary>
    public static Workspace Checked() => new(CheckedOnce.Value);

    /// <summary>One that was checked, and its results pinned.</summary>
    public static Workspace Pinned() => new(PinnedOnce.Value);

    /// <summary>Brightness by which the true pixels exceed the others: 0.01 to 0.79; none is a tie at a round radius.</summary>
    public static double MarginOf(int sample) => (sample + 0.5) * 0.02;

    /// <summary>Samples that withstand a radius: it closes the gap between bright and dark pixels from both sides.</summary>
    public static int Robust(double epsilon) =>
        Enumerable.Range(0, Samples).Count(i => (Brightness(MarginOf(i)) - Brightness(0)) / 255.0 > 2 * epsilon);

    public ToolRun Run(params string[] args) => Tool.RunIn(Folder, args);

    public string Read(string name) => File.ReadAllText(this[name]);

    /// <param name="second">Scale of the second class, where it is not that of the first.</param>
    public void WriteModel(string name, float scale, float? second = null)
    {
        var other = second ?? scale;
        using var weights = torch.tensor(new float[,] { { scale, scale, 0, 0 }, { 0, 0, other, other } });
        OnnxWriter.Write(this[name], [new OnnxLayer.Flatten(), new OnnxLayer.Linear(weights)], [1, 2, 2]);
    }

    /// <summary>Runs the tool in a folder that lasts as long as the tests.</summary>
    private static Workspace Prepared(Workspace work, ExitCode end, params string[] args)
    {
        AppDomain.CurrentDomain.ProcessExit += (_, _) => work.Dispose();
        var run = work.Run(args);
        Assert.True(run.ExitCode == (int)end, run.Everything);
        return work;
    }

    private void WriteData()
    {
        var pixels = new byte[Samples * 4];
        var labels = new byte[Samples];
        for (var i = 0; i < Samples; i++)
        {
            labels[i] = (byte)(i % 2);
            for (var pixel = 0; pixel < 4; pixel++)
            {
                pixels[(4 * i) + pixel] = Brightness(pixel / 2 == labels[i] ? MarginOf(i) : 0);
            }
        }

        IdxWriter.WriteGzip(this["images.gz"], [Samples, 1, 2, 2], pixels);
        IdxWriter.WriteGzip(this["labels.gz"], [Samples], labels);
    }

    public void WritePolicy(string rules = Rules, string attacks = Attacks, string extra = "") => File.WriteAllText(this["robustness.yml"], $"""
        version: 1
        seed: 7
        device: cpu
        model:
          path: model.onnx
          input: {"{"} shape: [1, 2, 2], bounds: [0, 1] {"}"}
        data:
          images: images.gz
          labels: labels.gz
        attacks:
        {attacks}
        gate:
          baseline: robustness.baseline.json
          rules:
        {rules}
        {extra}
        """);

    public void Dispose() => Directory.Delete(Folder, recursive: true);

    private static byte Brightness(double aboveDark) => (byte)Math.Round(255 * (0.1 + aboveDark));

    private const string Attacks = """
          - { name: pgd, norm: linf, epsilon: 0.1, steps: 5 }
          - { name: fgsm, norm: linf, epsilon: 0.1 }
        """;

    private const string Rules = """
            - { metric: natural-accuracy, min: 0.9, max-drop: 0.01 }
            - { metric: worst-case-accuracy, epsilon: 0.1, max-drop: 0.01 }
        """;
}
