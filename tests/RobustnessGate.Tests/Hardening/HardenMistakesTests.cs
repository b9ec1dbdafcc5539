using System.Runtime.InteropServices;
using RobustnessGate.Diagnostics;
using RobustnessGate.Hardening;
using RobustnessGate.Models.Onnx;
using RobustnessGate.Tests.Cli;
using RobustnessGate.Tests.Models;
using RobustnessGate.Tests.Samples;
using TorchSharp;
using static TorchSharp.torch;

namespace RobustnessGate.Tests.Hardening;

/// <summary>Whatever can be refused is refused before the first measurement, which may take minutes.</summary>
public sealed class HardenMistakesTests : IDisposable
{
    private const int Samples = 40;

    private static readonly string QuickStart = Path.Combine(TestData.Root, "templates", "quick-start");

    private readonly ModelFolder _folder = new();

    public HardenMistakesTests()
    {
        using var scope = NewDisposeScope();
        Floats("train.npy", [Samples, 1, 8, 8]);
        Floats("other-shape.npy", [Samples, 3, 5, 5]);
        Floats("beyond.npy", [Samples, 1, 8, 8], high: 200);
        _folder.Write("labels.npy", Labels(Samples, 3));
        _folder.Write("few-labels.npy", Labels(Samples - 1, 3));
        _folder.Write("twelve.npy", Labels(Samples, 12));
        _folder.Write("no-data.npy", "these are no samples"u8.ToArray());
        var weight = Nets.Weight(1, 64, 10);
        _folder.Write("constant.onnx", Network().Node("Constant", "", "w", ("value", TensorWriter.Write("w", weight))).Node("MatMul", "f,w", "y").Bytes());
        _folder.Write("rounding.onnx", Network().Initialiser("w", weight).Node("MatMul", "f,w", "m").Node("Round", "m", "y").Bytes());
        _folder.Write("nan.onnx", Network().Initialiser("w", weight * float.NaN).Node("MatMul", "f,w", "y").Bytes());
        Directory.CreateDirectory(Path.Combine(_folder.Root, "taken", "harden.md"));
        File.WriteAllText(Path.Combine(_folder.Root, "file"), "");
    }

    public void Dispose() => _folder.Dispose();

    /// <summary>What stands in a good policy, what stands there instead, and what comes of it.</summary>
    public static IEnumerable<object[]> Mistakes => new TheoryData<string, string, string, ExitCode>()
    {
        { "images: HERE/train.npy", "images: HERE/nowhere.npy", "RG0301", ExitCode.InvalidInput },
        { "images: HERE/train.npy", "images: HERE/no-data.npy", "RG0304", ExitCode.InvalidInput },
        { "images: HERE/train.npy", "images: HERE/other-shape.npy", "RG0305", ExitCode.InvalidInput },
        { "images: HERE/train.npy", "images: HERE/beyond.npy", "RG0307", ExitCode.InvalidInput },
        { "images: HERE/train.npy", "images: 'QUICK/test-images.idx.gz'", "RG0482", ExitCode.InvalidInput },
        { "labels: HERE/labels.npy", "labels: HERE/nowhere.npy", "RG0301", ExitCode.InvalidInput },
        { "labels: HERE/labels.npy", "labels: HERE/few-labels.npy", "RG0306", ExitCode.InvalidInput },
        { "labels: HERE/labels.npy", "labels: HERE/twelve.npy", "RG0308", ExitCode.InvalidInput },
        { "labels: HERE/labels.npy", "labels: HERE/labels.npy, samples: 41", "RG0311", ExitCode.InvalidInput },
        { "labels: HERE/labels.npy", "labels: HERE/labels.npy, samples: 1", "RG0482", ExitCode.InvalidInput },
        { "'QUICK/test-images.idx.gz'", "HERE/nowhere.npy", "RG0301", ExitCode.InvalidInput },
        { "path: 'QUICK/natural.onnx'", "path: HERE/nowhere.onnx", "RG0403", ExitCode.InvalidInput },
        { "path: 'QUICK/natural.onnx'", "path: HERE/constant.onnx", "RG0481", ExitCode.InvalidInput },
        { "path: 'QUICK/natural.onnx'", "path: HERE/rounding.onnx", "RG0481", ExitCode.InvalidInput },
        { "path: 'QUICK/natural.onnx'", "path: HERE/nan.onnx", "RG0413", ExitCode.InvalidInput },
        { "epsilon: 0.1 }", "epsilon: 0.1, target: 12 }", "RG0323", ExitCode.InvalidInput },
        { "regime: jacobian", "regime: jacobian, coefficient: 1.0e+300, ramp: 0", "RG0480", ExitCode.InvalidInput },
        { "device: cpu", "device: 'cuda:77'", "RG0908", ExitCode.BadCommandLine },
    };

    [Theory]
    [MemberData(nameof(Mistakes))]
    internal void A_mistake_is_refused_before_anything_is_measured(string right, string wrong, string code, ExitCode exit)
    {
        var policy = Policy();
        Assert.Contains(Placed(right), policy, StringComparison.Ordinal);
        AssertRefused(policy.Replace(Placed(right), Placed(wrong), StringComparison.Ordinal), "out", code, exit);
    }

    [Theory]
    [InlineData("file")]
    [InlineData("file/below")]
    [InlineData("taken")]
    public void An_output_that_cannot_be_written_is_refused_before_anything_is_measured(string output) =>
        AssertRefused(Policy(), output, "RG0004", ExitCode.BadCommandLine);

    [Fact]
    public void A_regime_without_a_radius_is_refused_before_anything_is_measured() => AssertRefused(
        Policy().Replace("name: fgsm, norm: linf", "name: pgd, norm: l2", StringComparison.Ordinal)
            .Replace("regime: jacobian", "regime: min-max", StringComparison.Ordinal),
        "out", "RG0482", ExitCode.InvalidInput);

    [Fact]
    public void A_frozen_model_is_refused_before_anything_is_measured()
    {
        Floats("wide.npy", [Samples, 2, 8, 8]);
        Floats("wide-test.npy", [Samples, 2, 8, 8], seed: 2);
        AssertRefused(
            $$"""
            version: 1
            model: { path: '{{ModelFolder.Fixture("frozen.pt")}}', input: { shape: [2, 8, 8], bounds: [0, 1] } }
            data: { images: wide-test.npy, labels: labels.npy }
            attacks: [ { name: fgsm, norm: linf, epsilon: 0.1 } ]
            gate: { rules: [ { metric: natural-accuracy, min: 0 } ] }
            harden: { regime: jacobian, data: { images: wide.npy, labels: labels.npy } }
            """,
            "out", "RG0481", ExitCode.InvalidInput);
    }

    [Fact]
    public void The_tool_ends_with_the_mistakes_exit_code_and_has_measured_nothing()
    {
        File.WriteAllText(Path.Combine(_folder.Root, "robustness.yml"), Policy().Replace("train.npy", "nowhere.npy", StringComparison.Ordinal));

        var run = Tool.RunIn(_folder.Root, "harden", "-o", "out");

        Assert.Equal((int)ExitCode.InvalidInput, run.ExitCode);
        Assert.Contains("nowhere.npy", run.Everything, StringComparison.Ordinal);
        Assert.DoesNotContain("measuring", run.Everything, StringComparison.Ordinal);
    }

    private void AssertRefused(string policy, string output, string code, ExitCode exit)
    {
        var path = Path.Combine(_folder.Root, "robustness.yml");
        File.WriteAllText(path, policy);
        var said = new List<string>();

        var mistake = Assert.Throws<MistakeException>(() => Harden.Run(
            new(path, Path.Combine(_folder.Root, output), null, null, null, 1), _ => said.Add("an epoch"), said.Add, CancellationToken.None));

        Assert.Equal(code, Assert.Single(mistake.Findings).Code);
        Assert.Equal(exit, mistake.ExitCode);
        Assert.Empty(said);
    }

    private string Policy() => Placed("""
        version: 1
        device: cpu
        model: { path: 'QUICK/natural.onnx', input: { shape: [1, 8, 8], bounds: [0, 1] } }
        data: { images: 'QUICK/test-images.idx.gz', labels: 'QUICK/test-labels.idx.gz', samples: 20 }
        attacks: [ { name: fgsm, norm: linf, epsilon: 0.1 } ]
        gate: { rules: [ { metric: natural-accuracy, min: 0 } ] }
        harden: { regime: jacobian, epochs: 1, data: { images: HERE/train.npy, labels: HERE/labels.npy } }
        """);

    private string Placed(string text) => text
        .Replace("QUICK", QuickStart, StringComparison.Ordinal).Replace("HERE", _folder.Root, StringComparison.Ordinal);

    private static Graphs Network() => new Graphs(13, [-1, 1, 8, 8], -1, 10).Node("Flatten", "x", "f");

    private static byte[] Labels(int count, int classes) => DataFolder.NpyBytes(
        "|u1", [count], [.. Enumerable.Range(0, count).Select(i => (byte)(i % classes))]);

    private void Floats(string name, int[] shape, float high = 1, int seed = 1)
    {
        var values = Numbers.Uniform(shape.Aggregate(1, (a, b) => a * b), seed: seed).Select(value => (float)value * high).ToArray();
        _folder.Write(name, DataFolder.NpyBytes("<f4", shape, MemoryMarshal.AsBytes(values.AsSpan()).ToArray()));
    }
}
