using RobustnessGate.Attacks;
using RobustnessGate.Models;
using RobustnessGate.Models.Onnx;
using RobustnessGate.Policies;
using RobustnessGate.Tests.Evaluation;
using TorchSharp;
using static TorchSharp.torch;
using DataType = RobustnessGate.Models.Onnx.Proto.TensorProto.Types.DataType;

namespace RobustnessGate.Tests.Models;

/// <summary>Steps on the way from input to output: named, harmless, and straight-through on request.</summary>
public class GradientPathTests
{
    [Theory]
    [InlineData("Sign")]
    [InlineData("Round")]
    [InlineData("Floor")]
    [InlineData("Ceil")]
    public void A_step_is_named_and_passes_the_gradient_on_request_only(string op)
    {
        using var scope = NewDisposeScope();
        var weights = Numbers.Tensor([4, 3]);
        var graph = new Graphs(13, [-1, 4], -1, 3).Initialiser("w", weights).Node(op, "x", "s").Node("MatMul", "s,w", "y");
        using var plain = graph.Read();
        using var through = graph.Read(OnnxOptions.Default with { StraightThrough = true });
        var x = Numbers.Tensor([2, 4], low: 0.1, high: 0.9);

        Assert.Equal($"'{op}' (n0)", Assert.Single(plain.Card.NonDifferentiable));
        Assert.Empty(through.Card.NonDifferentiable);
        Assert.Equal(Numbers.Floats(plain.Forward(x)), Numbers.Floats(through.Forward(x)));
        Assert.All(Numbers.Floats(Numbers.Gradient(input => plain.Forward(input).sum(), x)), value => Assert.Equal(0, value));
        Assert.All(
            Numbers.Floats(weights.sum(1).expand(2, 4)).Zip(Numbers.Floats(Numbers.Gradient(input => through.Forward(input).sum(), x))),
            pair => Assert.Equal(pair.First, pair.Second, 1e-6));
    }

    [Fact]
    public void An_integer_detour_gives_a_zero_gradient_instead_of_ending_the_process()
    {
        using var scope = NewDisposeScope();
        using var network = new Graphs(13, [-1, 4], -1, 3).Initialiser("w", Numbers.Tensor([4, 3]))
            .Node("Cast", "x", "i", ("to", (int)DataType.Int32)).Node("Cast", "i", "f", ("to", (int)DataType.Float)).Node("MatMul", "f,w", "y").Read();

        Assert.Equal("'Cast' (n0)", Assert.Single(network.Card.NonDifferentiable));
        Assert.All(Numbers.Floats(Numbers.Gradient(x => network.Forward(x).sum(), Numbers.Tensor([2, 4]) * 9)), value => Assert.Equal(0, value));
    }

    [Fact]
    public void Shapes_computed_from_the_input_are_no_obstacle()
    {
        using var network = new Graphs(13, [-1, 2, 2], -1, 4).Integers("zero", 0).Integers("four", 4)
            .Node("Shape", "x", "s").Node("Gather", "s,zero", "n").Node("Concat", "n,four", "t", ("axis", 0)).Node("Reshape", "x,t", "y").Read();

        Assert.Empty(network.Card.NonDifferentiable);
    }

    [Fact]
    public void A_quantised_network_agrees_with_onnx_runtime_and_trains_straight_through()
    {
        using var scope = NewDisposeScope();
        var graph = Quantised();
        using var plain = graph.Read();
        using var through = graph.Read(OnnxOptions.Default with { StraightThrough = true });
        var x = Numbers.Tensor([3, 4], seed: 4, low: 0, high: 1);

        Assert.All(Ort.Run(graph.Bytes(), x).Zip(Numbers.Floats(plain.Forward(x))), pair => Assert.Equal(pair.First, pair.Second, 1e-5));
        Assert.Equal(Numbers.Floats(plain.Forward(x)), Numbers.Floats(through.Forward(x)));
        Assert.Equal("'QuantizeLinear' (n0)", Assert.Single(plain.Card.NonDifferentiable));
        Assert.All(Numbers.Floats(Numbers.Gradient(input => plain.Forward(input).sum(), x)), value => Assert.Equal(0, value));

        // Straight through, the gradient is that of the dequantised weights.
        var expected = (tensor(new sbyte[] { 1, -3, 5, 7, 2, -8, 4, 9 }, 4, 2).to(ScalarType.Float32) * 0.1f).sum(1).expand(3, 4);
        Assert.All(Numbers.Floats(expected).Zip(Numbers.Floats(Numbers.Gradient(input => through.Forward(input).sum(), x))), pair => Assert.Equal(pair.First, pair.Second, 1e-5));
    }

    [Fact]
    public void A_policy_asks_for_straight_through_gradients()
    {
        using var folder = new ModelFolder();
        var section = ModelFolder.Section(folder.Write("m.onnx", Quantised().Bytes()), 4) with { Gradients = GradientMode.StraightThrough };
        using var through = ModelLoader.Load(section);
        using var exact = ModelLoader.Load(section with { Gradients = GradientMode.Exact });
        using var scope = NewDisposeScope();
        var x = Numbers.Tensor([3, 4], seed: 4, low: 0, high: 1);

        Assert.Equal(Numbers.Floats(exact.Logits(x)), Numbers.Floats(through.Logits(x)));
        Assert.All(Numbers.Floats(Numbers.Gradient(input => exact.Logits(input).sum(), x)), value => Assert.Equal(0, value));
        Assert.Contains(Numbers.Floats(Numbers.Gradient(input => through.Logits(input).sum(), x)), value => value != 0);
        Assert.Contains("straight through", Assert.Single(through.Network.Card.Notes), StringComparison.Ordinal);
        Assert.Equal("RG0435", ModelFolder.Refusal(ModelFolder.Section(ModelFolder.Fixture("scripted.pt"), 2, 8, 8) with { Gradients = GradientMode.StraightThrough }).Code);
    }

    [Fact]
    public void A_quantised_network_that_answers_with_a_pixel_for_each_class_is_flagged_like_any_other()
    {
        using var network = new Graphs(13, [-1, 3, 1, 1], -1, 3, 1, 1)
            .Initialiser("s", tensor(0.02f)).Initialiser("z", tensor((sbyte)-20), DataType.Int8)
            .Node("QuantizeLinear", "x,s,z", "a").Node("DequantizeLinear", "a,s,z", "y").Read();
        float[] values = [0.9f, 0.1f, 0.2f, 0.1f, 0.9f, 0.2f, 0.1f, 0.2f, 0.9f, 0.8f, 0.1f, 0.2f];

        var result = new Bed(network, values, [0, 1, 2, 0], [3, 1, 1]).Run(Bed.Entry(new Pgd(2), 0.01));

        Assert.Contains(result.Findings, finding => finding.Code == "RG1106");
    }

    [Fact]
    public void Values_beyond_the_integer_range_saturate_and_stop_the_gradient()
    {
        using var scope = NewDisposeScope();
        using var through = Quantised().Read(OnnxOptions.Default with { StraightThrough = true });

        var gradient = Numbers.Gradient(input => through.Forward(input).sum(), ones(1, 4) * 1e3f);

        Assert.All(Numbers.Floats(gradient), value => Assert.Equal(0, value));
    }

    private static Graphs Quantised() => new Graphs(13, [-1, 4], -1, 2)
        .Initialiser("s", tensor(0.02f)).Initialiser("z", tensor((sbyte)-20), DataType.Int8)
        .Initialiser("q", tensor(new sbyte[] { 1, -3, 5, 7, 2, -8, 4, 9 }, 4, 2), DataType.Int8).Initialiser("t", tensor(0.1f))
        .Node("QuantizeLinear", "x,s,z", "a").Node("DequantizeLinear", "a,s,z", "b")
        .Node("DequantizeLinear", "q,t", "w").Node("MatMul", "b,w", "y");
}
