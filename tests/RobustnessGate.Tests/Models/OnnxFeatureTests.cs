using RobustnessGate.Models.Onnx;
using RobustnessGate.Models.Onnx.Proto;
using TorchSharp;
using static TorchSharp.torch;
using DataType = RobustnessGate.Models.Onnx.Proto.TensorProto.Types.DataType;

namespace RobustnessGate.Tests.Models;

/// <summary>What exporters do beside operators: half precision, functions, channels last, old ways of listing weights.</summary>
public class OnnxFeatureTests
{
    [Fact]
    public void Half_precision_weights_run_in_float32()
    {
        using var scope = NewDisposeScope();
        var graph = new Graphs(13, [-1, 4], -1, 3).Initialiser("w", Numbers.Tensor([4, 3]), DataType.Float16)
            .Node("Cast", "x", "h", ("to", (int)DataType.Float16)).Node("MatMul", "h,w", "z").Node("Cast", "z", "y", ("to", (int)DataType.Float));
        using var network = graph.Read();
        var x = Numbers.Tensor([2, 4]);

        Assert.All(Ort.Run(graph.Bytes(), x).Zip(Numbers.Floats(network.Forward(x))), pair => Assert.Equal(pair.First, pair.Second, 5e-3));
        Assert.Equal(ScalarType.Float32, network.Weights[0].Value.dtype);
        Assert.Empty(network.Card.NonDifferentiable);
        Assert.InRange(Numbers.GradientError(input => network.Forward(input).sum(), x), 0, 1e-6);
    }

    [Fact]
    public void Half_precision_weights_are_written_back_in_half_precision()
    {
        using var scope = NewDisposeScope();
        var original = new Graphs(13, [-1, 4], -1, 3).Initialiser("w", Numbers.Tensor([4, 3]), DataType.Float16)
            .Node("Cast", "w", "v", ("to", (int)DataType.Float)).Node("MatMul", "x,v", "y").Bytes();

        var rewritten = OnnxRewriter.WithInitialisers(original, new Dictionary<string, Tensor> { ["w"] = full([4, 3], 0.5f) });

        Assert.All(Ort.Run(rewritten, ones(1, 4)), value => Assert.Equal(2, value));
        Assert.Equal(original.Length, rewritten.Length);
    }

    [Fact]
    public void Local_functions_are_inlined_with_their_attributes()
    {
        using var scope = NewDisposeScope();
        var graph = new Graphs(17, [-1, 4], -1, 4).Node("Twice", "x", "a", ("slope", 0.3)).Node("Twice", "a", "y");
        foreach (var node in graph.Model.Graph.Node)
        {
            node.Domain = "local";
        }

        graph.Model.OpsetImport.Add(new OperatorSetIdProto { Domain = "local", Version = 1 });
        graph.Model.Functions.Add(Function("Once", ["LeakyRelu"], ""));
        graph.Model.Functions.Add(Function("Twice", ["Once", "Once"], "local"));
        using var network = graph.Read();
        var x = Numbers.Tensor([2, 4]);

        Assert.All(Ort.Run(graph.Bytes(), x).Zip(Numbers.Floats(network.Forward(x))), pair => Assert.Equal(pair.First, pair.Second, 1e-6));
        Assert.Equal(4, network.Card.Operators["LeakyRelu"]);
    }

    [Fact]
    public void Channels_last_are_turned_inside_the_network()
    {
        using var scope = NewDisposeScope();
        var graph = new Graphs(13, [-1, 6, 6, 3], -1, 4).Initialiser("w", Numbers.Tensor([4, 3, 3, 3]))
            .Node("Transpose", "x", "t", ("perm", new[] { 0, 3, 1, 2 })).Node("Conv", "t,w", "c").Node("GlobalAveragePool", "c", "p").Node("Flatten", "p", "y");
        using var network = graph.Read();
        var x = Numbers.Tensor([2, 6, 6, 3]);

        Assert.Equal([6, 6, 3], network.InputShape);
        Assert.All(Ort.Run(graph.Bytes(), x).Zip(Numbers.Floats(network.Forward(x))), pair => Assert.Equal(pair.First, pair.Second, 1e-5));
    }

    [Fact]
    public void Weights_that_are_also_listed_as_inputs_are_no_inputs()
    {
        using var scope = NewDisposeScope();
        var graph = new Graphs(8, [1, 4], 1, 3).Initialiser("w", Numbers.Tensor([4, 3])).Node("MatMul", "x,w", "y");
        graph.Model.Graph.Input.Add(Graphs.Value("w", [4, 3]));
        using var network = graph.Read();

        Assert.Equal([4], network.InputShape);
        Assert.Equal(12, network.Parameters);
    }

    [Fact]
    public void A_transposed_weight_still_trains()
    {
        using var scope = NewDisposeScope();
        using var network = new Graphs(13, [-1, 4], -1, 3).Initialiser("w", Numbers.Tensor([3, 4]))
            .Node("Transpose", "w", "t").Node("MatMul", "x,t", "y").Read();
        var weight = Assert.Single(network.Weights).Value;
        weight.requires_grad = true;

        var gradient = autograd.grad([network.Forward(ones(2, 4)).sum()], [weight], retain_graph: true, allow_unused: true)[0];

        Assert.All(Numbers.Floats(gradient), value => Assert.Equal(2, value));
        weight.requires_grad = false;
    }

    [Fact]
    public void Scikit_learns_linear_classifier_gives_its_scores()
    {
        using var scope = NewDisposeScope();
        var graph = new Graphs(13, [-1, 2], -1, 3)
            .Node("Scaler", "x", "s", ("offset", new[] { 1.0, 2 }), ("scale", new[] { 2.0, 0.5 }))
            .Node("LinearClassifier", "s", "label,y", ("coefficients", new[] { 1.0, 2, 3, 4, 5, 6 }), ("intercepts", new[] { 0.1, 0.2, 0.3 }), ("classlabels_ints", new[] { 0, 1, 2 }));
        foreach (var node in graph.Model.Graph.Node)
        {
            node.Domain = "ai.onnx.ml";
        }

        graph.Model.OpsetImport.Add(new OperatorSetIdProto { Domain = "ai.onnx.ml", Version = 1 });
        graph.Model.Graph.Output.Insert(0, Graphs.Value("label", [-1], DataType.Int64));
        using var network = graph.Read();
        var x = Numbers.Tensor([4, 2]);

        var only = ModelProto.Parser.ParseFrom(graph.Bytes());
        only.Graph.Output.RemoveAt(0);
        var expected = Ort.Run(Google.Protobuf.MessageExtensions.ToByteArray(only), x);
        Assert.All(expected.Zip(Numbers.Floats(network.Forward(x))), pair => Assert.Equal(pair.First, pair.Second, 1e-5));
    }

    private static FunctionProto Function(string name, string[] calls, string domain)
    {
        var function = new FunctionProto
        {
            Name = name, Domain = "local", Input = { "in" }, Output = { "out" },
            AttributeProto = { Graphs.Attribute("slope", 0.1) },
            OpsetImport = { new OperatorSetIdProto { Domain = "", Version = 17 }, new OperatorSetIdProto { Domain = "local", Version = 1 } },
        };
        for (var i = 0; i < calls.Length; i++)
        {
            function.Node.Add(new NodeProto
            {
                OpType = calls[i], Domain = domain,
                Input = { i == 0 ? "in" : "between" },
                Output = { i == calls.Length - 1 ? "out" : "between" },
                Attribute = { new AttributeProto { Name = domain.Length == 0 ? "alpha" : "slope", RefAttrName = "slope", Type = AttributeProto.Types.AttributeType.Float } },
            });
        }

        return function;
    }
}
