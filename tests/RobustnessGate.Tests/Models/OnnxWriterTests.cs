using RobustnessGate.Models.Onnx;
using TorchSharp;
using static TorchSharp.torch;

namespace RobustnessGate.Tests.Models;

public class OnnxWriterTests
{
    [Theory]
    [InlineData("linear")]
    [InlineData("mlp")]
    [InlineData("convolutional")]
    [InlineData("normalised")]
    public void What_is_written_reads_back_and_agrees_with_onnx_runtime(string name)
    {
        using var scope = NewDisposeScope();
        var bytes = Nets.Bytes(name);
        using var network = OnnxNetwork.Parse(bytes, name);
        var x = Numbers.Tensor([3, 2, 8, 8], seed: 5, low: 0);

        var expected = Ort.Run(bytes, x);
        var actual = network.Forward(x);

        Assert.Equal([3, 5], actual.shape);
        Assert.Equal([2, 8, 8], network.InputShape);
        Assert.All(expected.Zip(Numbers.Floats(actual)), pair => Assert.Equal(pair.First, pair.Second, 1e-5));
    }

    [Fact]
    public void The_same_network_gives_the_same_bytes() =>
        Assert.Equal(Nets.Bytes("convolutional"), Nets.Bytes("convolutional"));

    [Fact]
    public void Parameters_are_counted_and_named()
    {
        using var network = OnnxNetwork.Parse(Nets.Bytes("mlp"), "mlp");

        Assert.Equal((128 * 16) + 16 + (16 * 5) + 5, network.Parameters);
        Assert.Equal(["gemm1.weight", "gemm1.bias", "gemm3.weight", "gemm3.bias"], network.Weights.Select(weight => weight.Name));
        Assert.All(network.Weights, weight => Assert.False(weight.Value.requires_grad));
    }
}
