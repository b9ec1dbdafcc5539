using RobustnessGate.Models.Onnx;
using TorchSharp;
using static TorchSharp.torch;

namespace RobustnessGate.Tests.Models;

public class OnnxNetworkTests
{
    [Theory]
    [InlineData("linear")]
    [InlineData("mlp")]
    [InlineData("convolutional")]
    [InlineData("normalised")]
    public void Gradients_are_those_of_central_differences_in_float64(string name)
    {
        using var scope = NewDisposeScope();
        using var network = OnnxNetwork.Parse(Nets.Bytes(name), name);
        var direction = Numbers.Tensor([1, 5], seed: 3).to(ScalarType.Float64);

        var error = Numbers.GradientError(x => (network.Forward(x) * direction).sum(), Numbers.Tensor([1, 2, 8, 8], seed: 4, low: 0));

        Assert.InRange(error, 0, 1e-6);
    }

    [Theory]
    [InlineData("convolutional")]
    [InlineData("normalised")]
    public void A_batch_of_eight_equals_singles(string name)
    {
        using var scope = NewDisposeScope();
        using var network = OnnxNetwork.Parse(Nets.Bytes(name), name);
        var x = Numbers.Tensor([8, 2, 8, 8]);

        var together = Numbers.Floats(network.Forward(x));
        var alone = Enumerable.Range(0, 8).SelectMany(i => Numbers.Floats(network.Forward(x.narrow(0, i, 1))));

        Assert.All(together.Zip(alone), pair => Assert.Equal(pair.First, pair.Second, 1e-6));
    }

    [Fact]
    public void A_double_input_runs_on_double_parameters()
    {
        using var scope = NewDisposeScope();
        using var network = OnnxNetwork.Parse(Nets.Bytes("normalised"), "net");
        var x = Numbers.Tensor([2, 2, 8, 8]);

        var wide = network.Forward(x.to(ScalarType.Float64));

        Assert.Equal(ScalarType.Float64, wide.dtype);
        Assert.All(Numbers.Doubles(wide).Zip(Numbers.Doubles(network.Forward(x))), pair => Assert.Equal(pair.First, pair.Second, 1e-5));
    }

    [Fact]
    public void Forward_leaves_no_tensor_behind()
    {
        using var network = OnnxNetwork.Parse(Nets.Bytes("normalised"), "net");
        using var x = Numbers.Tensor([2, 2, 8, 8]);
        network.Forward(x).Dispose();
        var before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;

        for (var i = 0; i < 3; i++)
        {
            network.Forward(x).Dispose();
        }

        Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }

    [Fact]
    public void Disposing_a_network_releases_its_parameters()
    {
        var before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        using (var network = OnnxNetwork.Parse(Nets.Bytes("linear"), "net"))
        {
            using var x = zeros([1, 2, 8, 8], dtype: ScalarType.Float64);
            network.Forward(x).Dispose();
        }

        Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }

    [Fact]
    public void Training_a_weight_changes_the_output_in_both_types()
    {
        using var scope = NewDisposeScope();
        using var network = OnnxNetwork.Parse(Nets.Bytes("mlp"), "net");
        var x = Numbers.Tensor([1, 2, 8, 8]);
        var before = Numbers.Floats(network.Forward(x));
        _ = network.Forward(x.to(ScalarType.Float64));
        var bias = network.Weights.Single(weight => weight.Name == "gemm3.bias").Value;

        bias.requires_grad = true;
        var gradient = autograd.grad([network.Forward(x).sum()], [bias], retain_graph: true, allow_unused: true)[0];
        Assert.Equal([1, 1, 1, 1, 1], Numbers.Floats(gradient));

        bias.requires_grad = false;
        bias.add_(1);
        network.WeightsChanged();

        Assert.All(before.Zip(Numbers.Floats(network.Forward(x))), pair => Assert.Equal(pair.First + 1, pair.Second, 1e-5));
        Assert.All(before.Zip(Numbers.Floats(network.Forward(x.to(ScalarType.Float64)))), pair => Assert.Equal(pair.First + 1, pair.Second, 1e-5));
    }
}
