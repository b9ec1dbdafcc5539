using RobustnessGate.Attacks;
using RobustnessGate.Facts;
using RobustnessGate.Models;
using RobustnessGate.Models.Onnx;
using RobustnessGate.Tests.Evaluation;
using TorchSharp;
using Xunit.Abstractions;
using static TorchSharp.torch;

namespace RobustnessGate.Tests.Models;

/// <summary>One network in three formats: the same bits and the same indicators.</summary>
public sealed class FormatsAgreeTests(ITestOutputHelper output) : IDisposable
{
    private static readonly int[] Shape = [2, 8, 8];

    private readonly ModelFolder _folder = new();

    [Fact]
    public void Onnx_TorchScript_and_assembly_give_the_same_results()
    {
        using var scope = NewDisposeScope();
        using var script = ModelLoader.Load(ModelFolder.Section(ModelFolder.Fixture("scripted.pt"), Shape));
        using var onnx = ModelLoader.Load(ModelFolder.Section(_folder.Write("small.onnx", AsOnnx()), Shape));
        _folder.Write("small.safetensors", SafeTensors.Bytes(Weights().Select(weight => ("_" + weight.Name, weight.Value))));
        using var assembly = ModelLoader.Load(ModelFolder.Section(ModelFolder.Assembly, Shape) with
        {
            Type = typeof(SmallModule).FullName,
            Weights = Path.Combine(_folder.Root, "small.safetensors"),
        });

        var expected = Evaluate(script, script);
        var greatest = 0.0;
        foreach (var classifier in new[] { onnx, assembly })
        {
            var actual = Evaluate(classifier, script);
            Assert.Equal(expected.Natural!.Bits.ToString(), actual.Natural!.Bits.ToString());
            Assert.Equal(expected.Attacks.Select(attack => attack.Bits.ToString()), actual.Attacks.Select(attack => attack.Bits.ToString()));
            Assert.Contains('0', actual.Attacks[0].Bits.ToString());
            Assert.Contains('1', actual.Attacks[0].Bits.ToString());
            Assert.Equal(expected.Indicator!.PerSample.Keys, actual.Indicator!.PerSample.Keys);
            foreach (var (name, values) in expected.Indicator.PerSample)
            {
                foreach (var (one, other) in values.Zip(actual.Indicator.PerSample[name]))
                {
                    Assert.Equal(one is null, other is null);
                    var difference = one == other ? 0 : Math.Abs((one - other) / one ?? 0);
                    Assert.True(difference <= 1e-5, $"{name}: {one} and {other}");
                    greatest = Math.Max(greatest, difference);
                }
            }
        }

        output.WriteLine(FormattableString.Invariant(
            $"bits equal in 3 formats; {expected.Indicator!.PerSample.Count} quantities of the indicator differ by at most {greatest:0.0e-0}, relative"));
    }

    public void Dispose() => _folder.Dispose();

    private static List<(string Name, Tensor Value)> Weights()
    {
        using var module = jit.load(ModelFolder.Fixture("scripted.pt"));
        return [.. module.named_parameters().Select(parameter => (parameter.name, parameter.parameter.detach().clone()))];
    }

    private static byte[] AsOnnx()
    {
        var weights = Weights().ToDictionary(weight => weight.Name, weight => weight.Value);
        return OnnxWriter.Bytes(
            [
                new OnnxLayer.Conv2d(weights["first.weight"], weights["first.bias"], Padding: 1), new OnnxLayer.Relu(), new OnnxLayer.MaxPool2d(2, 2),
                new OnnxLayer.Conv2d(weights["second.weight"], weights["second.bias"], Groups: 2), new OnnxLayer.Relu(), new OnnxLayer.Flatten(),
                new OnnxLayer.Linear(weights["last.weight"], weights["last.bias"]),
            ],
            Shape);
    }

    /// <summary>Samples labelled with what the reference says.</summary>
    private static EvaluationFacts Evaluate(Classifier classifier, Classifier reference)
    {
        const int Count = 24;
        var values = Numbers.Uniform(Count * 128, seed: 9);
        using var scope = NewDisposeScope();
        var labels = reference.Logits(tensor(values, [Count, 2, 8, 8])).detach().argmax(1).data<long>().Select(label => (int)label).ToArray();
        return new Bed(classifier.Network, values, labels, Shape) { Indicator = Count }
            .Run(Bed.Entry(new Fgsm(), 0.05), Bed.Entry(new Pgd(), 0.03));
    }
}
