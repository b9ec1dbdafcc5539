using Google.Protobuf;
using RobustnessGate.Models.Onnx;
using RobustnessGate.Models.Onnx.Proto;
using TorchSharp;
using static TorchSharp.torch;

namespace RobustnessGate.Tests.Models;

public class OnnxRewriterTests
{
    [Fact]
    public void Only_the_named_initialiser_changes_and_onnx_runtime_accepts_the_file()
    {
        using var scope = NewDisposeScope();
        var original = Nets.Bytes("mlp");
        var weight = Nets.Weight(9, 5, 16);

        var rewritten = OnnxRewriter.WithInitialisers(original, new Dictionary<string, Tensor> { ["gemm3.weight"] = weight });

        var expected = ModelProto.Parser.ParseFrom(original);
        expected.Graph.Initializer.Single(tensor => tensor.Name == "gemm3.weight").RawData =
            ByteString.CopyFrom(weight.bytes);
        Assert.Equal(expected, ModelProto.Parser.ParseFrom(rewritten));
        Assert.Equal(original.Length, rewritten.Length);

        using var network = OnnxNetwork.Parse(rewritten, "rewritten");
        var x = Numbers.Tensor([2, 2, 8, 8]);
        Assert.All(Ort.Run(rewritten, x).Zip(Numbers.Floats(network.Forward(x))), pair => Assert.Equal(pair.First, pair.Second, 1e-5));
        Assert.NotEqual(Ort.Run(original, x), Ort.Run(rewritten, x));
    }

    [Fact]
    public void Unknown_fields_survive()
    {
        // Field 6 of a model is its documentation, field 10 of a graph likewise: neither is in our part of the format.
        var model = ModelProto.Parser.ParseFrom(Nets.Bytes("linear"));
        model.MergeFrom(new byte[] { (6 << 3) | 2, 5, (byte)'m', (byte)'o', (byte)'d', (byte)'e', (byte)'l' });
        model.Graph.MergeFrom(new byte[] { (10 << 3) | 2, 5, (byte)'g', (byte)'r', (byte)'a', (byte)'p', (byte)'h' });
        var original = model.ToByteArray();

        using var zeros = torch.zeros(5);
        var rewritten = OnnxRewriter.WithInitialisers(original, new Dictionary<string, Tensor> { ["gemm1.bias"] = zeros });

        Assert.Equal(original.Length, rewritten.Length);
        var start = original.AsSpan().IndexOf("gemm1.bias"u8);
        Assert.True(original.AsSpan(0, start).SequenceEqual(rewritten.AsSpan(0, start)));
        Assert.True(original.AsSpan().IndexOf("graph"u8) > 0 && rewritten.AsSpan().IndexOf("graph"u8) > 0);
        Assert.True(original.AsSpan().IndexOf("model"u8) > 0 && rewritten.AsSpan().IndexOf("model"u8) > 0);
    }

    [Fact]
    public void A_name_that_the_file_lacks_or_another_shape_is_an_error()
    {
        using var zeros = torch.zeros(4);
        var bytes = Nets.Bytes("linear");

        Assert.Throws<ArgumentException>(() => OnnxRewriter.WithInitialisers(bytes, new Dictionary<string, Tensor> { ["nobody"] = zeros }));
        Assert.Throws<ArgumentException>(() => OnnxRewriter.WithInitialisers(bytes, new Dictionary<string, Tensor> { ["gemm1.bias"] = zeros }));
    }
}
