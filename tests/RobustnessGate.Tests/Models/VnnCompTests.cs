using RobustnessGate.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace RobustnessGate.Tests.Models;

/// <summary>Published networks through the importer: fully connected, convolutional, residual, transformer, binarised.</summary>
public class VnnCompTests
{
    [SharedDataFact(VnnComp.Index)]
    public void OutputsAreThoseOfOnnxRuntimeAndABatchOfEightEqualsSingles()
    {
        var data = new VnnComp();
        Assert.Equal(11, data.Networks.Count);
        foreach (var name in data.Networks)
        {
            using var scope = NewDisposeScope();
            using var network = data.Read(name);
            var x = data.Centres(network, name, 8);

            var together = Numbers.Floats(network.Forward(x));
            var classes = together.Length / 8;
            for (var i = 0; i < 8; i++)
            {
                var alone = x.narrow(0, i, 1);
                var expected = Ort.Run(data.Bytes(name), alone);
                var single = Numbers.Floats(network.Forward(alone));
                if (network.Card.Notes.Length == 0)
                {
                    Assert.All(expected.Zip(single), pair => Assert.Equal(pair.First, pair.Second, 1e-4));
                }
                else
                {
                    // The softmax was cut off: its probabilities are those of our logits.
                    Assert.Contains("Softmax", network.Card.Notes[0], StringComparison.Ordinal);
                    Assert.All(expected.Zip(Numbers.Floats(tensor(single).softmax(0))), pair => Assert.Equal(pair.First, pair.Second, 1e-4));
                }

                var row = together.AsSpan(i * classes, classes).ToArray();
                Assert.All(row.Zip(single), pair => Assert.Equal(pair.First, pair.Second, 1e-4));
            }
        }
    }

    [SharedDataFact(VnnComp.Index)]
    public void NoNetworkHasToGoThroughInChunks()
    {
        var data = new VnnComp();
        Assert.All(data.Networks, name =>
        {
            using var network = data.Read(name);
            Assert.NotEqual(Batching.Chunks, network.Card.Batching);
        });
    }

    [SharedDataFact(VnnComp.Index)]
    public void GradientsInFloat64AreCentralDifferences()
    {
        var data = new VnnComp();
        foreach (var name in data.Networks)
        {
            using var scope = NewDisposeScope();
            using var network = data.Read(name);
            var x = data.Centres(network, name, 1);
            if (network.Card.NonDifferentiable.Length > 0)
            {
                // At whole pixel values a binarised network stands on its steps; beside them it is flat.
                x += Numbers.Tensor(x.shape, seed: 6, low: 0.2, high: 0.4);
            }

            var direction = Numbers.Tensor([1, network.Card.Classes], seed: 3).to(ScalarType.Float64);

            var error = Numbers.GradientError(input => (network.Forward(input) * direction).sum(), x, coordinates: 16, step: 1e-6);

            Assert.True(error <= 1e-6, $"{name}: {error}");
        }
    }

    [SharedDataFact(VnnComp.Index)]
    public void StoredCounterexamplesAreCounterexamplesHereToo()
    {
        var data = new VnnComp();
        var violated = data.Instances.Where(instance => instance.Verdict == "sat").ToList();
        Assert.Equal(61, violated.Count);
        foreach (var group in violated.GroupBy(instance => instance.Network))
        {
            using var network = data.Read(group.Key);
            foreach (var instance in group)
            {
                using var scope = NewDisposeScope();
                var point = data.Counterexample(instance).ToArray();
                Assert.All(point.Zip(data.Lower(instance).ToArray()), pair => Assert.True(pair.First >= pair.Second));
                Assert.All(point.Zip(data.Upper(instance).ToArray()), pair => Assert.True(pair.First <= pair.Second));

                var x = tensor(point, [1, .. network.InputShape!]);
                Assert.True(instance.Margin(Numbers.Doubles(network.Forward(x))) >= 0, instance.Id + " in float32");
                Assert.True(instance.Margin(Numbers.Doubles(network.Forward(x.to(ScalarType.Float64)))) >= 0, instance.Id + " in float64");
            }
        }
    }

    [SharedDataFact(VnnComp.Index)]
    public void TheBinarisedNetworkIsSaidToStopItsGradient()
    {
        var data = new VnnComp();
        foreach (var name in data.Networks)
        {
            using var network = data.Read(name);
            Assert.Equal(name == "gtsrb_bnn_30.onnx" ? 4 : 0, network.Card.NonDifferentiable.Count(node => node.StartsWith("'Sign'", StringComparison.Ordinal)));
            Assert.Equal(name == "gtsrb_bnn_30.onnx", network.Card.NonDifferentiable.Length > 0);
        }
    }
}
