using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using RobustnessGate.Diagnostics;
using RobustnessGate.Hardening;
using RobustnessGate.Maths;
using RobustnessGate.Models;
using RobustnessGate.Policies;
using TorchSharp;
using static TorchSharp.torch;

namespace RobustnessGate.Tests.Hardening;

public sealed partial class HardenTests : IDisposable
{
    private static readonly string QuickStart = Path.Combine(TestData.Root, "templates", "quick-start");

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("harden");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void A_hardened_model_withstands_more_and_is_the_same_file_but_for_its_weights()
    {
        var outcome = Run(Policy(Training("regime: min-max, steps: 5, epochs: 8, learning-rate: 0.005")));

        var before = Counts(outcome.Table, before: true);
        var after = Counts(outcome.Table, before: false);
        Assert.InRange(after["pgd-linf-0.1"], before["pgd-linf-0.1"] + 8, 200);
        Assert.InRange(after["natural accuracy"], before["natural accuracy"] - 8, 200);
        Assert.Contains("linear radius", outcome.Table, StringComparison.Ordinal);
        Assert.Equal(outcome.Table, File.ReadAllText(outcome.Report));

        var original = File.ReadAllBytes(Path.Combine(QuickStart, "natural.onnx"));
        var hardened = File.ReadAllBytes(outcome.Model);
        Assert.Equal(original.Length, hardened.Length);
        Assert.Equal("natural.hardened.onnx", Path.GetFileName(outcome.Model));
        AssertRunsAlikeInOnnxRuntime(outcome.Model);
    }

    [Theory]
    [InlineData("", "has no 'harden' section")]
    [InlineData("harden: { regime: jacobian }", "lacks 'data'")]
    [InlineData("harden: { regime: jacobian, data: { images: 'QUICK/test-images.idx.gz', labels: 'QUICK/test-labels.idx.gz' } }", "would flatter the model")]
    public void What_harden_lacks_is_said(string harden, string message)
    {
        var mistake = Assert.Throws<MistakeException>(() => Run(Policy(harden.Replace("QUICK", QuickStart, StringComparison.Ordinal))));
        var finding = Assert.Single(mistake.Findings);
        Assert.Equal("RG0482", finding.Code);
        Assert.Contains(message, finding.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("regime: jacobain", "RG0111", "Did you mean 'jacobian'?")]
    [InlineData("regime: natural, coefficient: 1", "RG0116", "belongs to jacobian")]
    [InlineData("regime: jacobian, coefficient: 0", "RG0110", "greater than 0")]
    [InlineData("regime: jacobian, norm: l0", "RG0111", "l0")]
    public void The_keys_of_a_regime_are_checked(string keys, string code, string message)
    {
        var mistake = Assert.Throws<MistakeException>(() => Run(Policy(Training(keys))));
        Assert.Contains(mistake.Findings, finding => finding.Code == code && finding.Message.Contains(message, StringComparison.Ordinal));
    }

    /// <summary>The model is there before anything is measured on it, and a later run has nothing left to train.</summary>
    [Fact]
    public void A_stop_in_the_measurement_does_not_lose_the_training()
    {
        using var stop = new CancellationTokenSource();
        var policy = Policy(Training("regime: natural, epochs: 1"));
        var said = new List<string>();
        var output = Path.Combine(_folder.FullName, "out");
        Assert.Throws<OperationCanceledException>(() => Harden.Run(
            new(policy, output, null, null, "cpu", 1), _ => { },
            line =>
            {
                said.Add(line);
                if (line.StartsWith("training's own search", StringComparison.Ordinal))
                {
                    stop.Cancel();
                }
            },
            stop.Token));

        Assert.Equal("training's own search at linf ε = 0.1, 200 judged samples", said[^1]);
        AssertRunsAlikeInOnnxRuntime(Path.Combine(output, "natural.hardened.onnx"));
        Assert.False(File.Exists(Path.Combine(output, "harden.md")));
    }

    private HardenOutcome Run(string policy) =>
        Harden.Run(new(policy, Path.Combine(_folder.FullName, "out"), null, null, "cpu", 1), _ => { }, _ => { }, CancellationToken.None);

    private static string Training(string keys) =>
        $"harden: {{ {keys}, data: {{ images: '{QuickStart}/train-images.idx.gz', labels: '{QuickStart}/train-labels.idx.gz' }} }}";

    private string Policy(string harden)
    {
        var path = Path.Combine(_folder.FullName, "robustness.yml");
        File.WriteAllText(path, $$"""
            version: 1
            seed: 5
            model:
              path: '{{QuickStart}}/natural.onnx'
              input: { shape: [1, 8, 8], bounds: [0, 1] }
            data: { images: '{{QuickStart}}/test-images.idx.gz', labels: '{{QuickStart}}/test-labels.idx.gz', samples: 200 }
            indicator: { samples: 5 }
            attacks:
              - { name: pgd, norm: linf, epsilon: 0.1, steps: 10 }
            gate: { rules: [ { metric: natural-accuracy, min: 0.5 } ] }
            {{harden}}
            """);
        return path;
    }

    private static void AssertRunsAlikeInOnnxRuntime(string model)
    {
        using var scope = NewDisposeScope();
        using var classifier = ModelLoader.Load(new ModelSection(model, null, new([1, 8, 8], new Bounds(0, 1), [], [])));
        using var generator = new Generator(3);
        var inputs = rand([5, 1, 8, 8], generator: generator);
        using var session = new InferenceSession(model);
        var values = new DenseTensor<float>(inputs.data<float>().ToArray(), [5, 1, 8, 8]);
        using var outputs = session.Run([NamedOnnxValue.CreateFromTensor("input", values)]);
        var theirs = outputs[0].AsEnumerable<float>().ToArray();
        var ours = classifier.Logits(inputs).data<float>().ToArray();
        Assert.Equal(theirs.Length, ours.Length);
        Assert.All(theirs.Zip(ours), pair => Assert.Equal(pair.First, pair.Second, 1e-4));
    }

    private static Dictionary<string, int> Counts(string table, bool before) => CountRow().Matches(table).ToDictionary(
        row => row.Groups[1].Value, row => int.Parse(row.Groups[before ? 2 : 3].Value, CultureInfo.InvariantCulture));

    [GeneratedRegex(@"\| ([a-z][^|]*) \| (\d+) / 200 \| (\d+) / 200 \|")]
    private static partial Regex CountRow();
}
