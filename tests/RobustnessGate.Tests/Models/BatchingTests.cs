using RobustnessGate.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace RobustnessGate.Tests.Models;

public class BatchingTests
{
    [Fact]
    public void A_reshape_that_starts_with_one_follows_the_batch()
    {
        var graph = new Graphs(13, [1, 2, 2], 1, 3)
            .Integers("shape", 1, 4).Initialiser("w", Numbers.Tensor([4, 3]))
            .Node("Reshape", "x,shape", "flat").Node("MatMul", "flat,w", "y");

        AssertBatches(graph, Batching.Patched);
    }

    [Fact]
    public void A_network_that_mixes_its_batch_goes_through_one_by_one()
    {
        // Subtracting the mean over everything, the batch included, is right for a batch of one only.
        var graph = new Graphs(13, [1, 4], 1, 3)
            .Initialiser("w", Numbers.Tensor([4, 3])).Integers("all", 1, 1, 1, 4)
            .Node("Reshape", "x,all", "image").Node("Transpose", "image", "turned", ("perm", new[] { 1, 2, 0, 3 }))
            .Node("GlobalAveragePool", "turned", "mean").Integers("one", 1).Node("Reshape", "mean,one", "scalar")
            .Node("Sub", "x,scalar", "centred").Node("MatMul", "centred,w", "y");

        AssertBatches(graph, Batching.Chunks);
    }

    [Fact]
    public void A_fixed_batch_of_three_is_filled_up()
    {
        var graph = new Graphs(13, [3, 4], 3, 3)
            .Initialiser("w", Numbers.Tensor([4, 3])).Initialiser("b", Numbers.Tensor([3, 1]) * 0).Integers("shape", 3, 4)
            .Node("Reshape", "x,shape", "same").Node("Add", "same,b", "sum").Node("MatMul", "sum,w", "y");

        AssertBatches(graph, Batching.Chunks);
    }

    [Fact]
    public void A_free_batch_is_taken_as_it_is() =>
        AssertBatches(new Graphs(13, [-1, 4], -1, 3).Initialiser("w", Numbers.Tensor([4, 3])).Node("MatMul", "x,w", "y"), Batching.Native);

    private static void AssertBatches(Graphs graph, Batching expected)
    {
        using var scope = NewDisposeScope();
        using var network = graph.Read();
        Assert.Equal(expected, network.Card.Batching);

        var size = graph.Model.Graph.Input[0].Type.TensorType.Shape.Dim[0].DimValue;
        var shape = network.InputShape!.ToArray();
        var x = Numbers.Tensor([8, .. shape]);
        var together = Numbers.Floats(network.Forward(x));
        var alone = Enumerable.Range(0, 8).SelectMany(i =>
        {
            var repeated = x.narrow(0, i, 1).expand([Math.Max(1, size), .. shape]).contiguous();
            return Ort.Run(graph.Bytes(), repeated).Take(3);
        });
        Assert.All(together.Zip(alone), pair => Assert.Equal(pair.First, pair.Second, 1e-5));

        var direction = Numbers.Tensor([8, 3], seed: 2).to(ScalarType.Float64);
        Assert.InRange(Numbers.GradientError(input => (network.Forward(input) * direction).sum(), x), 0, 1e-6);
    }
}
