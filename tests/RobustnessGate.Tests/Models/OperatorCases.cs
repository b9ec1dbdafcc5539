using TorchSharp;
using static TorchSharp.torch;
using DataType = RobustnessGate.Models.Onnx.Proto.TensorProto.Types.DataType;

namespace RobustnessGate.Tests.Models;

/// <summary>Every differentiable operator, in each of its versions and with the attributes that matter.</summary>
internal static partial class OperatorCases
{
    private static readonly long[] Image = [2, 3, 6, 5];

    public static IReadOnlyList<OperatorCase> All { get; } =
        [.. ElementWise(), .. Windowed(), .. Linear(), .. Normalising(), .. Reducing(), .. Shaping(), .. Picking(), .. Sampling()];

    private static OperatorCase One(string op, int opset, long[] input, params (string, object)[] attributes) =>
        new($"{op} {opset} {string.Join(" ", attributes.Select(a => a.Item1 + Text(a.Item2)))}", opset, input, g => g.Node(op, "x", "y", attributes));

    private static OperatorCase With(string op, int opset, string inputs, string what, long[] input, Func<Graphs, Graphs> initialisers, params (string, object)[] attributes) =>
        new($"{op} {opset} {what}", opset, input, g => initialisers(g).Node(op, inputs, "y", attributes));

    private static string Text(object value) => value switch
    {
        int[] ints => string.Join(",", ints),
        double[] floats => string.Join(",", floats),
        RobustnessGate.Models.Onnx.Proto.TensorProto => "tensor",
        _ => value.ToString()!,
    };

    private static Tensor Weights(int seed, params long[] shape) => Numbers.Tensor(shape, seed);

    private static Tensor Positive(int seed, params long[] shape) => Numbers.Tensor(shape, seed, 0.5, 1.5);

    private static IEnumerable<OperatorCase> ElementWise()
    {
        foreach (var op in new[] { "Relu", "LeakyRelu", "Elu", "Selu", "Sigmoid", "HardSigmoid", "Tanh", "Softplus", "Softsign", "Abs", "Neg", "Exp", "Sin", "Cos", "Atan", "Sinh", "Cosh", "Asinh", "Erf", "Identity" })
        {
            yield return One(op, 14, [2, 7]);
        }

        foreach (var op in new[] { "Sqrt", "Log", "Reciprocal" })
        {
            yield return One(op, 14, [2, 7]) with { Range = (0.3, 3) };
        }

        foreach (var op in new[] { "Asin", "Acos", "Atanh", "Tan" })
        {
            yield return One(op, 14, [2, 7]) with { Range = (-0.8, 0.8) };
        }

        yield return One("Acosh", 14, [2, 7]) with { Range = (1.2, 3) };
        yield return One("HardSwish", 14, [2, 7]) with { Range = (-2.9, 2.9) };
        yield return One("Mish", 18, [2, 7]);
        yield return One("Gelu", 20, [2, 7]);
        yield return One("Gelu", 20, [2, 7], ("approximate", "tanh"));
        yield return One("Celu", 12, [2, 7], ("alpha", 0.7));
        yield return One("ThresholdedRelu", 10, [2, 7], ("alpha", 0.5));
        yield return One("Shrink", 9, [2, 7], ("bias", 0.2), ("lambd", 0.4));
        yield return One("Elu", 6, [2, 7], ("alpha", 0.4));
        yield return One("Clip", 6, [2, 7], ("min", -0.5), ("max", 0.7));
        yield return With("Clip", 13, "x,,high", "upper", [2, 7], g => g.Initialiser("high", tensor(0.6f)));
        yield return With("Clip", 13, "x,low,high", "both", [2, 7], g => g.Initialiser("low", tensor(-0.4f)).Initialiser("high", tensor(0.6f)));
        yield return With("PRelu", 16, "x,s", "a channel", [2, 3, 4], g => g.Initialiser("s", Weights(2, 3, 1)));
        foreach (var opset in new[] { 7, 14 })
        {
            foreach (var op in new[] { "Add", "Sub", "Mul", "Div" })
            {
                yield return With(op, opset, "x,b", "broadcast", [2, 3, 4], g => g.Initialiser("b", Positive(2, 3, 1)));
                yield return With(op, opset, "b,x", "turned", [2, 3, 4], g => g.Initialiser("b", Positive(2, 3, 1))) with { Range = (0.5, 2) };
            }
        }

        yield return new("Mul 14 with itself", 14, [2, 5], g => g.Node("Mul", "x,x", "y"));
        yield return With("Pow", 15, "x,b", "square", [2, 5], g => g.Initialiser("b", tensor(2f)));
        yield return With("Pow", 15, "x,b", "root", [2, 5], g => g.Initialiser("b", tensor(0.5f))) with { Range = (0.4, 2) };
        yield return With("Pow", 15, "b,x", "exponential", [2, 5], g => g.Initialiser("b", Positive(3, 5)));
        yield return With("Mod", 13, "x,b", "fmod", [2, 5], g => g.Initialiser("b", tensor(0.7f)), ("fmod", 1));
        foreach (var op in new[] { "Max", "Min", "Sum", "Mean" })
        {
            yield return With(op, 13, "x,b,c", "of three", [2, 3, 4], g => g.Initialiser("b", Weights(2, 4)).Initialiser("c", Weights(3, 3, 1)));
        }

        yield return With("Where", 16, "c,x,b", "", [2, 4], g => g.Initialiser("c", tensor(new[] { true, false, true, true }), DataType.Bool).Initialiser("b", Weights(2, 4)));
        yield return new("Where 16 as a ReLU", 16, [2, 4], g => g.Initialiser("zero", tensor(0f)).Node("Greater", "x,zero", "p").Node("Where", "p,x,zero", "y"));
        yield return new("Cast 13 there and back", 13, [2, 4], g => g.Node("Cast", "x", "d", ("to", (int)DataType.Double)).Node("Cast", "d", "y", ("to", (int)DataType.Float)));
        yield return With("CastLike", 15, "x,b", "", [2, 4], g => g.Initialiser("b", Weights(2, 1)));
        yield return With("CumSum", 14, "x,a", "", [2, 4], g => g.Integers("a", 1));
        yield return With("CumSum", 14, "x,a", "exclusive reverse", [2, 4], g => g.Integers("a", 1), ("exclusive", 1), ("reverse", 1));
        yield return One("Dropout", 13, [2, 4]);
        yield return One("Det", 11, [2, 3, 3]);
        foreach (var op in new[] { "Softmax", "LogSoftmax" })
        {
            yield return One(op, 11, [2, 3, 4], ("axis", 1));
            yield return One(op, 13, [2, 3, 4], ("axis", 1));
            yield return One(op, 13, [2, 3, 4]);
        }
    }

    private static IEnumerable<OperatorCase> Windowed()
    {
        foreach (var opset in new[] { 7, 11, 19 })
        {
            yield return With("Conv", opset, "x,w,b", "asymmetric", Image, g => g.Initialiser("w", Weights(2, 4, 3, 3, 2)).Initialiser("b", Weights(3, 4)), ("pads", new[] { 1, 0, 2, 1 }), ("strides", new[] { 2, 1 }));
        }

        yield return With("Conv", 11, "x,w", "grouped dilated", [2, 4, 7, 7], g => g.Initialiser("w", Weights(2, 6, 2, 3, 3)), ("group", 2), ("dilations", new[] { 2, 2 }), ("pads", new[] { 1, 1, 1, 1 }));
        yield return With("Conv", 11, "x,w", "SAME_LOWER", Image, g => g.Initialiser("w", Weights(2, 4, 3, 2, 2)), ("auto_pad", "SAME_LOWER"), ("strides", new[] { 2, 2 }));
        yield return With("Conv", 11, "x,w", "1-D", [2, 3, 9], g => g.Initialiser("w", Weights(2, 4, 3, 3)), ("pads", new[] { 1, 1 }));
        yield return With("Conv", 11, "x,w", "3-D", [1, 2, 4, 4, 4], g => g.Initialiser("w", Weights(2, 3, 2, 2, 2, 2)));
        yield return With("ConvTranspose", 11, "x,w,b", "padded", Image, g => g.Initialiser("w", Weights(2, 3, 2, 3, 3)).Initialiser("b", Weights(3, 2)), ("strides", new[] { 2, 2 }), ("pads", new[] { 1, 1, 1, 0 }), ("output_padding", new[] { 1, 1 }));
        yield return With("ConvTranspose", 11, "x,w", "grouped 1-D", [2, 4, 5], g => g.Initialiser("w", Weights(2, 4, 3, 3)), ("group", 2), ("dilations", new[] { 2 }));
        yield return With("ConvTranspose", 11, "x,w", "SAME_UPPER", Image, g => g.Initialiser("w", Weights(2, 3, 2, 3, 3)), ("auto_pad", "SAME_UPPER"), ("strides", new[] { 2, 2 }));
        yield return One("MaxPool", 8, Image, ("kernel_shape", new[] { 2, 2 }), ("strides", new[] { 2, 2 }));
        yield return One("MaxPool", 12, Image, ("kernel_shape", new[] { 3, 2 }), ("pads", new[] { 2, 1, 0, 1 }));
        yield return One("MaxPool", 12, Image, ("kernel_shape", new[] { 2, 2 }), ("strides", new[] { 2, 2 }), ("ceil_mode", 1));
        yield return One("MaxPool", 12, Image, ("kernel_shape", new[] { 2, 2 }), ("dilations", new[] { 2, 2 }));
        yield return One("MaxPool", 12, [2, 3, 8], ("kernel_shape", new[] { 3 }), ("auto_pad", "SAME_UPPER"), ("strides", new[] { 2 }));
        yield return One("MaxPool", 12, [1, 2, 4, 4, 4], ("kernel_shape", new[] { 2, 2, 2 }));
        yield return One("AveragePool", 7, Image, ("kernel_shape", new[] { 2, 2 }));
        yield return One("AveragePool", 11, Image, ("kernel_shape", new[] { 3, 3 }), ("pads", new[] { 1, 1, 1, 1 }), ("count_include_pad", 1));
        yield return One("AveragePool", 11, Image, ("kernel_shape", new[] { 3, 3 }), ("pads", new[] { 0, 1, 2, 0 }));
        yield return One("AveragePool", 11, Image, ("kernel_shape", new[] { 3, 3 }), ("auto_pad", "SAME_LOWER"), ("strides", new[] { 2, 2 }));
        yield return One("AveragePool", 19, Image, ("kernel_shape", new[] { 2, 2 }), ("strides", new[] { 2, 2 }), ("ceil_mode", 1));
        yield return One("AveragePool", 19, Image, ("kernel_shape", new[] { 2, 2 }), ("strides", new[] { 3, 3 }), ("ceil_mode", 1), ("pads", new[] { 1, 1, 1, 1 }), ("count_include_pad", 1));
        yield return One("AveragePool", 19, Image, ("kernel_shape", new[] { 3, 3 }), ("strides", new[] { 2, 2 }), ("ceil_mode", 1), ("count_include_pad", 1));
        yield return One("AveragePool", 19, Image, ("kernel_shape", new[] { 2, 2 }), ("dilations", new[] { 2, 2 }), ("pads", new[] { 1, 1, 1, 1 }));
        yield return One("LpPool", 11, Image, ("kernel_shape", new[] { 2, 2 }), ("p", 2));
        yield return One("LpPool", 18, Image, ("kernel_shape", new[] { 2, 2 }), ("p", 3), ("dilations", new[] { 2, 2 }));
        yield return One("GlobalAveragePool", 1 + 6, Image);
        yield return One("GlobalMaxPool", 7, Image);
        yield return One("GlobalLpPool", 7, Image, ("p", 3));
    }

    private static IEnumerable<OperatorCase> Linear()
    {
        yield return With("MatMul", 13, "x,w", "", [2, 3, 4], g => g.Initialiser("w", Weights(2, 4, 5)));
        yield return With("MatMul", 13, "x,w", "batched", [2, 3, 4], g => g.Initialiser("w", Weights(2, 2, 4, 5)));
        yield return new("MatMul 13 attention", 13, [2, 3, 4], g => g.Node("Transpose", "x", "t", ("perm", new[] { 0, 2, 1 })).Node("MatMul", "x,t", "y"));
        yield return With("Gemm", 7, "x,w,b", "", [2, 4], g => g.Initialiser("w", Weights(2, 5, 4)).Initialiser("b", Weights(3, 5)), ("transB", 1), ("alpha", 0.5), ("beta", 2.0));
        yield return With("Gemm", 13, "w,x", "as B", [2, 4], g => g.Initialiser("w", Weights(2, 2, 3)), ("transA", 1));
        yield return new("Einsum 12", 12, [2, 3, 4], g => g.Initialiser("w", Weights(2, 4, 5)).Node("Einsum", "x,w", "y", ("equation", "bij, jk -> bik")));
    }

    private static IEnumerable<OperatorCase> Normalising()
    {
        foreach (var opset in new[] { 7, 9, 14, 15 })
        {
            yield return With("BatchNormalization", opset, "x,s,b,m,v", "", Image, g => g
                .Initialiser("s", Weights(2, 3)).Initialiser("b", Weights(3, 3)).Initialiser("m", Weights(4, 3)).Initialiser("v", Positive(5, 3)), ("epsilon", 0.01));
        }

        yield return With("InstanceNormalization", 6 + 1, "x,s,b", "", Image, g => g.Initialiser("s", Weights(2, 3)).Initialiser("b", Weights(3, 3)));
        yield return With("LayerNormalization", 17, "x,s,b", "", [2, 3, 5], g => g.Initialiser("s", Weights(2, 5)).Initialiser("b", Weights(3, 5)));
        yield return With("LayerNormalization", 17, "x,s", "two axes", [2, 3, 5], g => g.Initialiser("s", Weights(2, 3, 5)), ("axis", 1), ("epsilon", 0.1));
        yield return With("GroupNormalization", 18, "x,s,b", "a group", [2, 4, 3, 3], g => g.Initialiser("s", Weights(2, 2)).Initialiser("b", Weights(3, 2)), ("num_groups", 2)) with { Oracle = false };
        yield return With("GroupNormalization", 21, "x,s,b", "a channel", [2, 4, 3, 3], g => g.Initialiser("s", Weights(2, 4)).Initialiser("b", Weights(3, 4)), ("num_groups", 2));
        yield return One("LRN", 13, [2, 6, 3, 3], ("size", 3), ("alpha", 0.5), ("beta", 0.7), ("bias", 1.5));
        yield return One("LRN", 13, [2, 6, 3, 3], ("size", 4), ("alpha", 0.5)) with { Oracle = false };
        yield return One("LpNormalization", 1 + 6, [2, 5], ("p", 2));
        yield return One("LpNormalization", 1 + 6, [2, 5], ("p", 1), ("axis", 0));
        yield return One("MeanVarianceNormalization", 13, Image);
    }

    private static IEnumerable<OperatorCase> Reducing()
    {
        foreach (var op in new[] { "ReduceMean", "ReduceMax", "ReduceMin", "ReduceProd", "ReduceL1", "ReduceL2", "ReduceSumSquare", "ReduceLogSumExp", "ReduceSum", "ReduceLogSum" })
        {
            var range = op == "ReduceLogSum" ? (0.5, 2) : (-1.9, 1.9);
            yield return One(op, 11, [2, 3, 4], ("axes", new[] { 1, -1 }), ("keepdims", 0)) with { Range = range };
            yield return With(op, op == "ReduceSum" ? 13 : 18, "x,a", "axes as input", [2, 3, 4], g => g.Integers("a", 1)) with { Range = range };
            yield return One(op, 20, [2, 3], ("keepdims", 0)) with { Range = range };
            yield return One(op, 20, [2, 3], ("noop_with_empty_axes", 1)) with { Range = (0.5, 2), Oracle = op is not ("ReduceL1" or "ReduceL2" or "ReduceSumSquare" or "ReduceLogSum" or "ReduceLogSumExp") };
        }

        yield return new("TopK 11", 11, [2, 6], g => g.Integers("k", 3).Node("TopK", "x,k", "y,i"));
        yield return new("TopK 11 smallest", 11, [2, 6], g => g.Integers("k", 2).Node("TopK", "x,k", "y,i", ("largest", 0), ("axis", 0)));
    }
}
