using RobustnessGate.Models;
using RobustnessGate.Models.Onnx;
using TorchSharp;
using static TorchSharp.torch;
using DataType = RobustnessGate.Models.Onnx.Proto.TensorProto.Types.DataType;

namespace RobustnessGate.Tests.Models;

/// <summary>
/// Networks as the usual exporters write them, in each of the newer opsets: values are those of ONNX Runtime, samples go
/// through together, and gradients are central differences.
/// </summary>
public class ExporterTests
{
    private const DataType Int64 = DataType.Int64;

    private static readonly Dictionary<string, Func<int, Graphs>> Networks = new()
    {
        ["a convolutional network by PyTorch"] = PyTorch,
        ["a vision transformer"] = Transformer,
        ["a mobile network"] = Mobile,
        ["a TensorFlow network"] = TensorFlow,
        ["a perceptron in half precision"] = Half,
        ["a perceptron with quantised weights"] = QuantisedWeights,
    };

    public static TheoryData<string, int> All
    {
        get
        {
            var data = new TheoryData<string, int>();
            foreach (var name in Networks.Keys)
            {
                foreach (var opset in new[] { 18, 19, 20, 21 })
                {
                    data.Add(name, opset);
                }
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(All))]
    public void It_runs_as_in_onnx_runtime_and_has_its_gradient(string name, int opset)
    {
        using var scope = NewDisposeScope();
        var graph = Networks[name](opset);
        using var network = graph.Read();
        var x = Numbers.Tensor([3, .. network.InputShape!], seed: 4, low: 0.1, high: 0.9);

        var ours = network.Forward(x);
        var size = graph.Model.Graph.Input[0].Type.TensorType.Shape.Dim[0].DimValue;
        var expected = size == 1
            ? Enumerable.Range(0, 3).SelectMany(i => Ort.Run(graph.Bytes(), x.narrow(0, i, 1).contiguous())).ToArray()
            : Ort.Run(graph.Bytes(), x);
        var said = network.Card.Notes.Any(note => note.Contains("Softmax", StringComparison.Ordinal)) ? ours.softmax(1) : ours;
        var tolerance = name.Contains("half", StringComparison.Ordinal) ? 5e-3 : 1e-5;
        Assert.All(expected.Zip(Numbers.Floats(said)), pair => Assert.Equal(pair.First, pair.Second, tolerance));
        Assert.Equal(name.Contains("TensorFlow", StringComparison.Ordinal) || name.Contains("half precision", StringComparison.Ordinal), network.Card.Notes.Length == 1);

        Assert.NotEqual(Batching.Chunks, network.Card.Batching);
        Assert.Empty(network.Card.NonDifferentiable);
        Assert.InRange(Numbers.GradientError(input => network.Forward(input).sum(), x, coordinates: 24, step: 1e-6), 0, 1e-6);
    }

    [Fact]
    public void An_old_network_with_its_weights_as_inputs_runs_too()
    {
        using var scope = NewDisposeScope();
        var graph = new Graphs(7, [1, 3, 6, 6], 1, 4)
            .Initialiser("w", W(1, 4, 3, 3, 3)).Initialiser("s", W(2, 4)).Initialiser("b", W(3, 4)).Initialiser("m", W(4, 4)).Initialiser("v", Numbers.Tensor([4], 5, 0.5, 1.5))
            .Initialiser("f", W(6, 4, 16)).Initialiser("c", W(7, 4)).Integers("shape", 1, 16)
            .Node("Conv", "x,w", "h", ("kernel_shape", new[] { 3, 3 })).Node("BatchNormalization", "h,s,b,m,v", "n", ("spatial", 1), ("momentum", 0.9))
            .Node("Dropout", "n", "d,mask", ("ratio", 0.5)).Node("MaxPool", "d", "p", ("kernel_shape", new[] { 2, 2 }), ("strides", new[] { 2, 2 }))
            .Node("Reshape", "p,shape", "flat").Node("Gemm", "flat,f,c", "y", ("transB", 1));
        foreach (var weight in graph.Model.Graph.Initializer)
        {
            graph.Model.Graph.Input.Add(Graphs.Value(weight.Name, [.. weight.Dims], (DataType)weight.DataType));
        }

        graph.Model.IrVersion = 3;
        using var network = graph.Read();
        var x = Numbers.Tensor([2, 3, 6, 6]);

        Assert.Equal(Batching.Patched, network.Card.Batching);
        var expected = Enumerable.Range(0, 2).SelectMany(i => Ort.Run(graph.Bytes(), x.narrow(0, i, 1).contiguous()));
        Assert.All(expected.Zip(Numbers.Floats(network.Forward(x))), pair => Assert.Equal(pair.First, pair.Second, 1e-5));
    }

    private static Tensor W(int seed, params long[] shape) => Numbers.Tensor(shape, seed) * 0.4f;

    private static (string, object) Value(Tensor value, DataType type = DataType.Float) => ("value", TensorWriter.Write("v", value, type));

    private static Tensor Whole(params long[] values) => tensor(values);

    /// <summary>Constants as nodes, shapes computed from the input, names with slashes and dots, a bounded activation, axes as input.</summary>
    private static Graphs PyTorch(int opset) => new Graphs(opset, [-1, 3, 8, 8], -1, 5)
        .Node("Constant", "", "/zero", Value(Whole(0).reshape([]), Int64)).Node("Constant", "", "/minus", Value(Whole(-1), Int64))
        .Node("Constant", "", "/low", Value(tensor(0f))).Node("Constant", "", "/high", Value(tensor(1.2f))).Node("Constant", "", "/axes", Value(Whole(2, 3), Int64))
        .Initialiser("net.0.weight", W(1, 6, 3, 3, 3)).Initialiser("net.1.weight", W(2, 6)).Initialiser("net.1.bias", W(3, 6))
        .Initialiser("net.1.running_mean", W(4, 6)).Initialiser("net.1.running_var", Numbers.Tensor([6], 5, 0.5, 1.5))
        .Initialiser("net.4.weight", W(6, 7, 6)).Initialiser("head.weight", W(7, 5, 7)).Initialiser("head.bias", W(8, 5))
        .Node("Identity", "x", "/x").Node("Conv", "/x,net.0.weight", "/conv", ("pads", new[] { 1, 1, 1, 1 }), ("strides", new[] { 2, 2 }))
        .Node("BatchNormalization", "/conv,net.1.weight,net.1.bias,net.1.running_mean,net.1.running_var", "/bn", ("training_mode", 0))
        .Node("Clip", "/bn,/low,/high", "/relu6").Node("ReduceMean", "/relu6,/axes", "/pooled", ("keepdims", 1))
        .Node("Shape", "/pooled", "/shape").Node("Gather", "/shape,/zero", "/n", ("axis", 0)).Node("Unsqueeze", "/n,/first", "/n1")
        .Node("Concat", "/n1,/minus", "/to", ("axis", 0)).Node("Reshape", "/pooled,/to", "/flat").Integers("/first", 0)
        .Node("Gemm", "/flat,net.4.weight", "/hidden", ("transB", 1)).Node("LeakyRelu", "/hidden", "/active", ("alpha", 0.1))
        .Node("Gemm", "/active,head.weight,head.bias", "y", ("transB", 1));

    /// <summary>Patches, a class token that follows the batch, attention by Einsum, LayerNormalization, GELU in both spellings.</summary>
    private static Graphs Transformer(int opset)
    {
        var graph = new Graphs(opset, [-1, 3, 8, 8], -1, 4)
            .Initialiser("patch", W(1, 8, 3, 4, 4)).Initialiser("token", W(2, 1, 1, 8)).Initialiser("place", W(3, 1, 5, 8))
            .Initialiser("q", W(4, 8, 2, 4)).Initialiser("k", W(5, 8, 2, 4)).Initialiser("v", W(6, 8, 2, 4)).Initialiser("o", W(7, 2, 4, 8))
            .Initialiser("s", W(8, 8)).Initialiser("b", W(9, 8)).Initialiser("up", W(10, 8, 16)).Initialiser("down", W(11, 16, 8)).Initialiser("head", W(12, 8, 4))
            .Initialiser("half", tensor(0.5f)).Initialiser("one", tensor(1f)).Initialiser("root", tensor(1.4142135f)).Initialiser("scale", tensor(0.5f))
            .Integers("flat", 0, 8, -1).Integers("zero", 0).Integers("ones", 1, 1).Initialiser("first", tensor(0L), Int64)
            .Node("Conv", "x,patch", "p", ("strides", new[] { 4, 4 })).Node("Reshape", "p,flat", "pf").Node("Transpose", "pf", "seq", ("perm", new[] { 0, 2, 1 }))
            .Node("Shape", "x", "shape").Node("Slice", "shape,zero,one1", "n").Integers("one1", 1).Node("Concat", "n,ones", "ts", ("axis", 0)).Node("Expand", "token,ts", "cls")
            .Node("Concat", "cls,seq", "with", ("axis", 1)).Node("Add", "with,place", "h")
            .Node("LayerNormalization", "h,s,b", "ln", ("axis", -1), ("epsilon", 1e-5))
            .Node("Einsum", "ln,q", "Q", ("equation", "bnd,dhe->bhne")).Node("Einsum", "ln,k", "K", ("equation", "bnd,dhe->bhne")).Node("Einsum", "ln,v", "V", ("equation", "bnd,dhe->bhne"))
            .Node("Einsum", "Q,K", "dots", ("equation", "bhne,bhme->bhnm")).Node("Mul", "dots,scale", "scaled").Node("Softmax", "scaled", "weights", ("axis", -1))
            .Node("Einsum", "weights,V", "mixed", ("equation", "bhnm,bhme->bnhe")).Node("Einsum", "mixed,o", "attended", ("equation", "bnhe,hed->bnd")).Node("Add", "h,attended", "h2")
            .Node("MatMul", "h2,up", "wide");
        graph = opset >= 20
            ? graph.Node("Gelu", "wide", "gelu")
            : graph.Node("Div", "wide,root", "g1").Node("Erf", "g1", "g2").Node("Add", "g2,one", "g3").Node("Mul", "wide,g3", "g4").Node("Mul", "g4,half", "gelu");
        return graph.Node("MatMul", "gelu,down", "narrow").Node("Add", "h2,narrow", "h3").Node("Gather", "h3,first", "c", ("axis", 1)).Node("MatMul", "c,head", "y");
    }

    /// <summary>Depthwise and grouped convolutions, squeeze and excitation, hard activations, pools that round up.</summary>
    private static Graphs Mobile(int opset) => new Graphs(opset, [1, 4, 9, 9], 1, 3)
        .Initialiser("dw", W(1, 4, 1, 3, 3)).Initialiser("pw", W(2, 8, 2, 1, 1)).Initialiser("down", W(3, 2, 8, 1, 1)).Initialiser("up", W(4, 8, 2, 1, 1)).Initialiser("head", W(5, 32, 3))
        .Initialiser("bias", W(6, 3)).Integers("flat", 1, 32)
        .Node("Conv", "x,dw", "a", ("group", 4), ("pads", new[] { 1, 1, 1, 1 })).Node("HardSwish", "a", "b").Node("Conv", "b,pw", "c", ("group", 2), ("strides", new[] { 2, 2 }))
        .Node("GlobalAveragePool", "c", "g").Node("Conv", "g,down", "g1").Node("Relu", "g1", "g2").Node("Conv", "g2,up", "g3").Node("HardSigmoid", "g3", "g4", ("alpha", 1 / 6.0)).Node("Mul", "c,g4", "se")
        .Node("AveragePool", "se", "p", ("kernel_shape", new[] { 3, 3 }), ("strides", new[] { 3, 3 }), ("ceil_mode", 1), ("count_include_pad", 1))
        .Node("Reshape", "p,flat", "f").Node("MatMul", "f,head", "m").Node("Add", "m,bias", "y");

    /// <summary>Images with channels last, turned inside; SAME padding; a final softmax behind an Identity.</summary>
    private static Graphs TensorFlow(int opset) => new Graphs(opset, [-1, 7, 7, 3], -1, 4)
        .Initialiser("w", W(1, 6, 3, 3, 3)).Initialiser("b", W(2, 6)).Initialiser("d", W(3, 6, 4)).Initialiser("e", W(4, 4)).Integers("axes", 1, 2)
        .Node("Transpose", "x", "t", ("perm", new[] { 0, 3, 1, 2 })).Node("Conv", "t,w,b", "c", ("auto_pad", "SAME_UPPER"), ("strides", new[] { 2, 2 }))
        .Node("Relu", "c", "r").Node("Transpose", "r", "u", ("perm", new[] { 0, 2, 3, 1 })).Node("ReduceMean", "u,axes", "m", ("keepdims", 1)).Node("Squeeze", "m,axes", "s")
        .Node("MatMul", "s,d", "n").Node("Add", "n,e", "z").Node("Softmax", "z", "p", ("axis", -1)).Node("Identity", "p", "y");

    private static Graphs Half(int opset) => new Graphs(opset, [-1, 6], -1, 3)
        .Initialiser("w", W(1, 6, 8), DataType.Float16).Initialiser("v", W(2, 8, 3), DataType.Float16)
        .Node("Cast", "x", "h", ("to", (int)DataType.Float16)).Node("MatMul", "h,w", "a").Node("Tanh", "a", "b").Node("MatMul", "b,v", "c").Node("Cast", "c", "y", ("to", (int)DataType.Float));

    private static Graphs QuantisedWeights(int opset) => new Graphs(opset, [-1, 4], -1, 2)
        .Initialiser("q", tensor(new sbyte[] { 10, -30, 50, 70, 20, -80, 40, 90 }, 4, 2), DataType.Int8).Initialiser("s", tensor(new[] { 0.01f, 0.02f }))
        .Node("DequantizeLinear", "q,s", "w", ("axis", 1)).Node("MatMul", "x,w", "m").Node("Elu", "m", "y");
}
