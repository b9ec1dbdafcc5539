using RobustnessGate.Models;
using TorchSharp;
using Xunit.Abstractions;
using static TorchSharp.torch;

namespace RobustnessGate.Tests.Models;

/// <summary>Published networks through the importer: fully connected, convolutional, residual, transformer, binarised.</summary>
public class VnnCompTests(ITestOutputHelper output)
{
    [SharedDataFact(VnnComp.Index)]
    public void Outputs_are_those_of_onnx_runtime_and_a_batch_of_eight_equals_singles()
    {
        var data = new VnnComp();
        Assert.Equal(11, data.Networks.Count);
        var (fromRuntime, fromBatch) = (0.0, 0.0);
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
                // Where a softmax was cut off, its probabilities are those of our logits.
                var cut = network.Card.Notes.Length > 0;
                Assert.True(!cut || network.Card.Notes[0].Contains("Softmax", StringComparison.Ordinal));
                fromRuntime = Math.Max(fromRuntime, Difference(expected, cut ? Numbers.Floats(tensor(single).softmax(0)) : single));
                fromBatch = Math.Max(fromBatch, Difference(together.AsSpan(i * classes, classes).ToArray(), single));
            }
        }

        output.WriteLine(FormattableString.Invariant($"{data.Networks.Count} networks: greatest difference from ONNX Runtime {fromRuntime:0.0e-0}, of a batch of 8 from singles {fromBatch:0.0e-0}"));
        Assert.True(fromRuntime <= 1e-4 && fromBatch <= 1e-4);
    }

    /// <summary>The greatest difference; NaN where one is no number.</summary>
    private static double Difference(float[] one, float[] other)
    {
        Assert.Equal(one.Length, other.Length);
        return one.Zip(other, (a, b) => (double)Math.Abs(a - b)).Aggregate(0.0, (greatest, difference) => difference <= greatest ? greatest : difference);
    }

    [SharedDataFact(VnnComp.Index)]
    public void No_network_has_to_go_through_in_chunks()
    {
        var data = new VnnComp();
        Assert.All(data.Networks, name =>
        {
            using var network = data.Read(name);
            Assert.NotEqual(Batching.Chunks, network.Card.Batching);
        });
    }

    [SharedDataFact(VnnComp.Index)]
    public void Gradients_in_float64_are_central_differences()
    {
        var data = new VnnComp();
        var greatest = 0.0;
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
            greatest = Math.Max(greatest, error);
        }

        output.WriteLine(FormattableString.Invariant($"greatest error of a gradient in float64 {greatest:0.0e-0}"));
    }

    [SharedDataFact(VnnComp.Index)]
    public void Stored_counterexamples_are_counterexamples_here_too()
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

        output.WriteLine($"{violated.Count} stored counterexamples hold");
    }

    [SharedDataFact(VnnComp.Index)]
    public void The_binarised_network_is_said_to_stop_its_gradient()
    {
        var data = new VnnComp();
        foreach (var name in data.Networks)
        {
            using var network = data.Read(name);
            Assert.Equal(name == "gtsrb_bnn_30.onnx" ? 4 : 0, network.Card.NonDifferentiable.Count(node => node.StartsWith("'Sign'", StringComparison.Ordinal)));
            Assert.Equal(name == "gtsrb_bnn_30.onnx", network.Card.NonDifferentiable.Length > 0);
        }
    }

    [SharedDataFact(VnnComp.Index)]
    public void New_weights_go_into_the_original_file_and_onnx_runtime_takes_it()
    {
        var data = new VnnComp();
        foreach (var name in data.Networks)
        {
            using var scope = NewDisposeScope();
            var original = data.Bytes(name);
            using var network = data.Read(name);
            var x = data.Centres(network, name, 1);

            var same = RobustnessGate.Models.Onnx.OnnxRewriter.WithInitialisers(original, network.Weights.ToDictionary(weight => weight.Name, weight => (Tensor)weight.Value));
            Assert.Equal(Ort.Run(original, x), Ort.Run(same, x));

            using var frozen = no_grad();
            foreach (var weight in network.Weights)
            {
                weight.Value.mul_(1.01);
            }

            network.WeightsChanged();
            var changed = RobustnessGate.Models.Onnx.OnnxRewriter.WithInitialisers(original, network.Weights.ToDictionary(weight => weight.Name, weight => (Tensor)weight.Value));
            var expected = network.Card.Notes.Length == 0 ? network.Forward(x) : network.Forward(x).softmax(1);
            Assert.All(Ort.Run(changed, x).Zip(Numbers.Floats(expected)), pair => Assert.Equal(pair.First, pair.Second, 2e-4));
        }
    }
}
