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
