using System.Collections.Immutable;
using RobustnessGate.Diagnostics;
using RobustnessGate.Maths;
using RobustnessGate.Models;
using RobustnessGate.Policies;
using TorchSharp;
using static TorchSharp.torch;

namespace RobustnessGate.Tests.Models;

public class ModelChecksTests
{
    [Fact]
    public void Ordinary_logits_pass_without_a_note() => Assert.Empty(Check(Linear().Bytes()));

    [Fact]
    public void Probabilities_are_refused()
    {
        // A softmax that is not the last node stays in the network.
        var bytes = new Graphs(13, [-1, 4], -1, 3).Initialiser("w", Numbers.Tensor([4, 3])).Initialiser("one", ones(1))
            .Node("MatMul", "x,w", "z").Node("Softmax", "z", "p").Node("Mul", "p,one", "y").Bytes();

        Assert.Equal("RG0414", Refusal(bytes));
    }

    [Fact]
    public void A_final_softmax_is_cut_and_said_so()
    {
        var softmax = new Graphs(13, [-1, 4], -1, 3).Initialiser("w", Numbers.Tensor([4, 3]))
            .Node("MatMul", "x,w", "z").Node("Softmax", "z", "p").Node("Identity", "p", "y");
        using var network = softmax.Read();
        using var plain = Linear().Read();
        using var x = Numbers.Tensor([2, 4]);

        Assert.Contains("'Softmax' (n1) was cut off", Assert.Single(network.Card.Notes), StringComparison.Ordinal);
        Assert.Equal(Numbers.Floats(plain.Forward(x)), Numbers.Floats(network.Forward(x)));
        Assert.Empty(Check(softmax.Bytes()));
    }

    /// <summary>What only shapes may stand behind the softmax, in any mixture.</summary>
    [Theory]
    [InlineData("Reshape")]
    [InlineData("Flatten")]
    [InlineData("Squeeze")]
    [InlineData("Identity,Reshape,Cast")]
    [InlineData("Flatten,Dropout")]
    [InlineData("Unsqueeze,Squeeze,Squeeze")]
    public void A_softmax_before_a_change_of_shape_is_cut_as_well(string behind)
    {
        // Logits of shape (N, 3, 1), as a convolution over the whole image gives them.
        var graph = new Graphs(11, [-1, 4], -1, 3).Initialiser("w", Numbers.Tensor([4, 3])).Integers("s", -1, 3).Integers("t", -1, 3, 1)
            .Node("MatMul", "x,w", "m").Node("Reshape", "m,t", "z").Node("Softmax", "z", "p", ("axis", 1));
        var last = "p";
        var ops = behind.Split(',');
        for (var i = 0; i < ops.Length; i++)
        {
            var next = i == ops.Length - 1 ? "y" : $"v{i}";
            graph = ops[i] switch
            {
                "Reshape" => graph.Node("Reshape", $"{last},s", next),
                "Squeeze" => graph.Node("Squeeze", last, next, ("axes", new[] { 2 })),
                "Unsqueeze" => graph.Node("Unsqueeze", last, next, ("axes", new[] { 3 })),
                "Flatten" => graph.Node("Flatten", last, next, ("axis", 1)),
                "Cast" => graph.Node("Cast", last, next, ("to", 1)),
                _ => graph.Node(ops[i], last, next),
            };
            last = next;
        }

        using var network = graph.Read();
        using var plain = Linear().Read();
        using var x = Numbers.Tensor([2, 4]);

        Assert.Contains("'Softmax'", Assert.Single(network.Card.Notes), StringComparison.Ordinal);
        Assert.Equal(Numbers.Floats(plain.Forward(x)), Numbers.Floats(network.Forward(x)));
    }

    /// <summary>As within attention: it divides by sums over something else than the classes, so it belongs to the network.</summary>
    [Fact]
    public void A_softmax_over_something_else_before_a_change_of_shape_stays()
    {
        var graph = new Graphs(13, [-1, 4], -1, 4).Integers("s", -1, 4).Integers("t", -1, 2, 2)
            .Node("Reshape", "x,t", "z").Node("Softmax", "z", "p", ("axis", 2)).Node("Reshape", "p,s", "y");
        using var network = graph.Read();
        using var x = Numbers.Tensor([2, 4]);

        Assert.Empty(network.Card.Notes);
        using var expected = x.reshape(2, 2, 2).softmax(2).reshape(2, 4);
        Assert.Equal(Numbers.Floats(expected), Numbers.Floats(network.Forward(x)));
    }

    [Fact]
    public void Log_probabilities_are_a_note()
    {
        // log of a softmax in the middle, as some exporters write it.
        var bytes = new Graphs(13, [-1, 4], -1, 3).Initialiser("w", Numbers.Tensor([4, 3]))
            .Node("MatMul", "x,w", "z").Node("LogSoftmax", "z", "y").Bytes();

        var note = Assert.Single(Check(bytes));
        Assert.Equal(("RG0417", Severity.Note), (note.Code, note.Severity));
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    public void Numbers_that_are_none_are_refused(float weight)
    {
        var bytes = new Graphs(13, [-1, 4], -1, 3).Initialiser("w", Numbers.Tensor([4, 3]) * weight).Node("MatMul", "x,w", "y").Bytes();

        Assert.Equal("RG0413", Refusal(bytes));
    }

    private static Graphs Linear() =>
        new Graphs(13, [-1, 4], -1, 3).Initialiser("w", Numbers.Tensor([4, 3])).Node("MatMul", "x,w", "y");

    private static string Refusal(byte[] bytes) =>
        Assert.Single(Assert.Throws<MistakeException>(() => Check(bytes)).Findings).Code;

    private static IReadOnlyList<Finding> Check(byte[] bytes)
    {
        using var scope = NewDisposeScope();
        using var classifier = new Classifier(
            RobustnessGate.Models.Onnx.OnnxNetwork.Parse(bytes, "m.onnx"),
            new InputSection([4], new Bounds(0, 1), ImmutableArray<double>.Empty, ImmutableArray<double>.Empty));
        return ModelChecks.Refuse(classifier, Numbers.Tensor([3, 4], low: 0), "m.onnx");
    }
}
