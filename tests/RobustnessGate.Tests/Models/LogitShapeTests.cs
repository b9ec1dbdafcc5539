using RobustnessGate.Diagnostics;
using RobustnessGate.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace RobustnessGate.Tests.Models;

/// <summary>Outputs of other forms become (N, K) logits where that is right, and are refused where it is not.</summary>
public sealed class LogitShapeTests : IDisposable
{
    private readonly ModelFolder _folder = new();

    [Fact]
    public void One_logit_becomes_two_whose_difference_it_is()
    {
        using var scope = NewDisposeScope();
        using var classifier = Load(Binary("z"));
        var x = Numbers.Tensor([3, 4], low: 0);

        var logits = classifier.Logits(x);

        Assert.Equal([3, 2], logits.shape);
        Assert.All(Ort.Run(Binary("z"), x).Zip(Numbers.Floats(logits.select(1, 0))), pair => Assert.Equal(-pair.First / 2, pair.Second, 1e-6));
        Assert.All(Ort.Run(Binary("z"), x).Zip(Numbers.Floats(logits.select(1, 1))), pair => Assert.Equal(pair.First / 2, pair.Second, 1e-6));
        Assert.Equal(2, classifier.Network.Card.Classes);
        Assert.Empty(ModelChecks.Refuse(classifier, x));
        Assert.InRange(Numbers.GradientError(input => classifier.Logits(input).select(1, 1).sum(), x), 0, 1e-6);
    }

    [Fact]
    public void A_final_sigmoid_is_cut()
    {
        using var scope = NewDisposeScope();
        using var classifier = Load(Binary("y"));
        var x = Numbers.Tensor([3, 4], low: 0);

        Assert.Contains("'Sigmoid'", Assert.Single(classifier.Network.Card.Notes), StringComparison.Ordinal);
        Assert.All(Ort.Run(Binary("z"), x).Zip(Numbers.Floats(classifier.Logits(x).select(1, 1))), pair => Assert.Equal(pair.First / 2, pair.Second, 1e-6));
    }

    [Fact]
    public void A_single_probability_is_refused()
    {
        using var scope = NewDisposeScope();
        var graph = new Graphs(13, [-1, 4], -1, 1).Initialiser("w", Numbers.Tensor([4, 1])).Initialiser("one", ones(1))
            .Node("MatMul", "x,w", "z").Node("Sigmoid", "z", "p").Node("Mul", "p,one", "y");
        using var classifier = Load(graph.Bytes());

        var mistake = Assert.Throws<MistakeException>(() => ModelChecks.Refuse(classifier, Numbers.Tensor([5, 4], low: 0)));

        Assert.Equal("RG0414", mistake.Findings[0].Code);
    }

    [Fact]
    public void Dimensions_of_one_after_the_classes_are_dropped()
    {
        using var scope = NewDisposeScope();
        var graph = new Graphs(13, [-1, 2, 4, 4], -1, 3, 1, 1).Initialiser("w", Numbers.Tensor([3, 2, 4, 4])).Node("Conv", "x,w", "y");
        var path = _folder.Write("m.onnx", graph.Bytes());
        using var classifier = ModelLoader.Load(ModelFolder.Section(path, 2, 4, 4));
        var x = Numbers.Tensor([2, 2, 4, 4]);

        Assert.Equal([2, 3], classifier.Logits(x).shape);
        Assert.All(Ort.Run(graph.Bytes(), x).Zip(Numbers.Floats(classifier.Logits(x))), pair => Assert.Equal(pair.First, pair.Second, 1e-5));
    }

    public void Dispose() => _folder.Dispose();

    private static byte[] Binary(string output)
    {
        using var scope = NewDisposeScope();
        var graph = new Graphs(13, [-1, 4], -1, 1).Initialiser("w", Numbers.Tensor([4, 1])).Node("MatMul", "x,w", "z").Node("Sigmoid", "z", "y");
        graph.Model.Graph.Output[0] = Graphs.Value(output, [-1, 1]);
        return graph.Bytes();
    }

    private Classifier Load(byte[] bytes) => ModelLoader.Load(ModelFolder.Section(_folder.Write("m.onnx", bytes), 4));
}
