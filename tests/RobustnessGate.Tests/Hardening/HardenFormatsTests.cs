using RobustnessGate.Diagnostics;
using RobustnessGate.Hardening;
using RobustnessGate.Models;
using RobustnessGate.Policies;
using RobustnessGate.Tests.Models;
using RobustnessGate.Tests.Samples;
using TorchSharp;
using static TorchSharp.torch;

namespace RobustnessGate.Tests.Hardening;

/// <summary>What comes in as TorchScript or as an assembly with weights goes out as such.</summary>
public sealed class HardenFormatsTests : IDisposable
{
    private const int Samples = 120;
    private static readonly int[] Shape = [2, 8, 8];

    private readonly ModelFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("scripted.pt")]
    [InlineData("traced.pt")]
    public void TorchScript_is_written_back_as_TorchScript(string fixture)
    {
        var original = ModelFolder.Fixture(fixture);

        var made = Harden($"path: '{original}'").Model;

        Assert.Equal(Path.GetFileNameWithoutExtension(fixture) + ".hardened.pt", Path.GetFileName(made));
        AssertChangedAndWhole(ModelFolder.Section(original, Shape), ModelFolder.Section(made, Shape), "torchscript");
    }

    [Theory]
    [InlineData(".safetensors")]
    [InlineData(".dat")]
    public void An_assembly_s_weights_are_written_back_in_their_format(string extension)
    {
        using var scope = NewDisposeScope();
        using var module = new SmallModule("small");
        var weights = Path.Combine(_folder.Root, "small" + extension);
        if (extension == ".dat")
        {
            module.save(weights);
        }
        else
        {
            File.WriteAllBytes(weights, SafeTensors.Bytes(module.state_dict().Select(entry => (entry.Key, entry.Value))));
        }

        var made = Harden($"path: '{ModelFolder.Assembly}', type: {typeof(SmallModule).FullName}, weights: '{weights}'").Model;

        var before = ModelFolder.Section(ModelFolder.Assembly, Shape) with { Type = typeof(SmallModule).FullName, Weights = weights };
        AssertChangedAndWhole(before, before with { Weights = made }, "assembly");
        Assert.Equal(new FileInfo(weights).Length, new FileInfo(made).Length);
        if (extension == ".dat")
        {
            using var again = new SmallModule("again");
            again.load(made);
        }
    }

    [Fact]
    public void What_has_no_weights_to_write_back_is_refused_with_the_way_out()
    {
        var frozen = Assert.Single(Assert.Throws<MistakeException>(() => Harden($"path: '{ModelFolder.Fixture("frozen.pt")}'")).Findings);
        Assert.Equal("RG0481", frozen.Code);
        Assert.Contains("before torch.jit.freeze", frozen.Message, StringComparison.Ordinal);

        var constructed = Assert.Single(Assert.Throws<MistakeException>(
            () => Harden($"path: '{ModelFolder.Assembly}', type: {typeof(SteadyModule).FullName}")).Findings);
        Assert.Equal("RG0481", constructed.Code);
        Assert.Contains("no model.weights", constructed.Message, StringComparison.Ordinal);
    }

    private static void AssertChangedAndWhole(ModelSection before, ModelSection after, string format)
    {
        using var scope = NewDisposeScope();
        using var old = ModelLoader.Load(before);
        using var made = ModelLoader.Load(after);
        Assert.Equal((format, old.Network.Parameters), (made.Network.Format, made.Network.Parameters));
        var x = Numbers.Tensor([6, 2, 8, 8], low: 0);
        var (was, now) = (Numbers.Floats(old.Logits(x)), Numbers.Floats(made.Logits(x)));
        Assert.Contains(was.Zip(now), pair => Math.Abs(pair.First - pair.Second) > 1e-3);
        Assert.All(now, value => Assert.True(float.IsFinite(value)));
    }

    /// <summary>On samples that a plane through the middle of the inputs sorts, so that there is something to learn.</summary>
    private HardenOutcome Harden(string model)
    {
        foreach (var (name, seed) in new[] { ("train", 1), ("test", 2) })
        {
            var values = Numbers.Uniform(Samples * 128, seed: seed);
            var labels = Enumerable.Range(0, Samples).Select(i => (byte)(values[i * 128] < 0.5 ? 0 : 1)).ToArray();
            var bytes = values.SelectMany(value => BitConverter.GetBytes((float)value)).ToArray();
            _folder.Write($"{name}.npy", DataFolder.NpyBytes("<f4", [Samples, 2, 8, 8], bytes));
            _folder.Write($"{name}-labels.npy", DataFolder.NpyBytes("|u1", [Samples], labels));
        }

        var policy = Path.Combine(_folder.Root, "robustness.yml");
        File.WriteAllText(policy, $$"""
            version: 1
            model: { {{model}}, input: { shape: [2, 8, 8], bounds: [0, 1] } }
            data: { images: test.npy, labels: test-labels.npy, samples: 20 }
            attacks: [ { name: fgsm, norm: linf, epsilon: 0.05 } ]
            gate: { rules: [ { metric: natural-accuracy, min: 0 } ] }
            harden: { regime: jacobian, epochs: 1, learning-rate: 0.01, data: { images: train.npy, labels: train-labels.npy } }
            """);
        return RobustnessGate.Hardening.Harden.Run(
            new(policy, Path.Combine(_folder.Root, "out"), null, null, "cpu", 1), _ => { }, _ => { }, CancellationToken.None);
    }
}
