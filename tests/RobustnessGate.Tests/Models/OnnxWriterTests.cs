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
    public void WhatIsWrittenReadsBackAndAgreesWithOnnxRuntime(string name)
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
    public void TheSameNetworkGivesTheSameBytes() =>
        Assert.Equal(Nets.Bytes("convolutional"), Nets.Bytes("convolutional"));

    [Fact]
    public void ParametersAreCountedAndNamed()
    {
        using var network = OnnxNetwork.Parse(Nets.Bytes("mlp"), "mlp");

        Assert.Equal((128 * 16) + 16 + (16 * 5) + 5, network.Parameters);
        Assert.Equal(["gemm1.weight", "gemm1.bias", "gemm3.weight", "gemm3.bias"], network.Weights.Select(weight => weight.Name));
        Assert.All(network.Weights, weight => Assert.False(weight.Value.requires_grad));
    }
}
