using TorchSharp;
using static TorchSharp.torch;
using DataType = RobustnessGate.Models.Onnx.Proto.TensorProto.Types.DataType;

namespace RobustnessGate.Tests.Models;

/// <summary>Operators without a gradient have values all the same: those of ONNX Runtime.</summary>
public class StepOperatorTests
{
    internal static readonly OperatorCase[] Cases =
    [
        .. new[] { "Sign", "Round", "Floor", "Ceil" }.SelectMany(op => new[] { 13, 21 }.Select(opset =>
            new OperatorCase($"{op} {opset}", opset, [3, 5], g => g.Node(op, "x", "y")))),
        .. new[] { "Equal", "Greater", "GreaterOrEqual", "Less", "LessOrEqual" }.SelectMany(op => new[] { 16, 19 }.Select(opset =>
            new OperatorCase($"{op} {opset}", opset, [3, 5], g => g.Initialiser("b", Numbers.Tensor([5], seed: 11)).Node(op, "x,b", "c").Node("Cast", "c", "y", ("to", 1))))),
        .. new[] { "And", "Or", "Xor" }.Select(op => new OperatorCase(op, 13, [3, 5], g => g.Initialiser("zero", tensor(0f)).Initialiser("one", tensor(1f))
            .Node("Greater", "x,zero", "a").Node("Less", "x,one", "b").Node(op, "a,b", "c").Node("Not", "c", "d").Node("Cast", "d", "y", ("to", 1)))),
        new("ArgMax", 13, [3, 5], g => g.Node("ArgMax", "x", "i", ("axis", 1), ("keepdims", 0)).Node("Cast", "i", "y", ("to", 1))),
        new("ArgMin", 13, [3, 5], g => g.Node("ArgMin", "x", "i", ("axis", 0), ("select_last_index", 1)).Node("Cast", "i", "y", ("to", 1))),
        new("Hardmax 11", 11, [3, 5, 2], g => g.Node("Hardmax", "x", "y", ("axis", 1))),
        new("Hardmax 13", 13, [3, 5, 2], g => g.Node("Hardmax", "x", "y", ("axis", 1))),
        new("NonZero", 13, [3, 5], g => g.Node("Relu", "x", "r").Node("NonZero", "r", "i").Node("Cast", "i", "y", ("to", 1))),
        new("OneHot", 11, [3, 5], g => g.Initialiser("d", tensor(5L), DataType.Int64).Initialiser("v", tensor(new[] { -1f, 2 }))
            .Node("ArgMax", "x", "i", ("axis", 1), ("keepdims", 0)).Node("OneHot", "i,d,v", "y", ("axis", 0))),
        new("IsInf", 20, [3, 5], g => g.Initialiser("zero", zeros(5)).Node("Div", "x,zero", "q").Node("IsInf", "q", "b", ("detect_negative", 0)).Node("Cast", "b", "y", ("to", 1))),
        new("IsNaN", 20, [3, 5], g => g.Node("Sqrt", "x", "q").Node("IsNaN", "q", "b").Node("Cast", "b", "y", ("to", 1))),
        new("Cast to int", 13, [3, 5], g => g.Node("Cast", "x", "i", ("to", (int)DataType.Int32)).Node("Cast", "i", "y", ("to", 1))),
        new("Cast to bool", 19, [3, 5], g => g.Node("Cast", "x", "i", ("to", (int)DataType.Bool)).Node("Cast", "i", "y", ("to", 1))),
        new("Mod of integers", 13, [3, 5], g => g.Initialiser("n", tensor(-3), DataType.Int32).Node("Cast", "x", "i", ("to", (int)DataType.Int32)).Node("Mod", "i,n", "m").Node("Cast", "m", "y", ("to", 1))),
        new("Div of integers", 14, [3, 5], g => g.Initialiser("n", tensor(2), DataType.Int32).Node("Cast", "x", "i", ("to", (int)DataType.Int32)).Node("Div", "i,n", "m").Node("Cast", "m", "y", ("to", 1))),
        new("DynamicQuantizeLinear", 11, [3, 5], g => g.Node("DynamicQuantizeLinear", "x", "q,s,z").Node("DequantizeLinear", "q,s,z", "y")),
        new("QuantizeLinear an axis", 13, [3, 5], g => g.Initialiser("s", Numbers.Tensor([5], 3, 0.01, 0.1)).Initialiser("z", tensor(new byte[] { 1, 2, 128, 200, 90 }), DataType.Uint8)
            .Node("QuantizeLinear", "x,s,z", "q").Node("DequantizeLinear", "q,s,z", "y")),
        new("QuantizeLinear 21 without zero", 21, [3, 5], g => g.Initialiser("s", tensor(0.03f)).Node("QuantizeLinear", "x,s", "q", ("output_dtype", (int)DataType.Int8)).Node("DequantizeLinear", "q,s", "y")),
        new("CumSum of integers", 14, [3, 5], g => g.Integers("a", 1).Node("Cast", "x", "i", ("to", (int)DataType.Int32)).Node("CumSum", "i,a", "m").Node("Cast", "m", "y", ("to", 1))),
    ];

    public static TheoryData<string> Names => [.. Cases.Select(one => one.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Values_are_those_of_onnx_runtime(string name)
    {
        using var scope = NewDisposeScope();
        var one = Cases.Single(candidate => candidate.Name == name) with { Range = (-4.3, 4.7) };
        var (run, program) = one.Open();
        using var owned = program;
        var x = one.X();

        Assert.Equal(Ort.Run(one.Graph().Bytes(), x), Numbers.Floats(run(x)));
        Assert.Equal(Numbers.Floats(run(x)).Length, Numbers.Doubles(run(x.to(ScalarType.Float64))).Length);
    }
}
