using static RobustnessGate.Models.Onnx.Operator;
using static TorchSharp.torch;

namespace RobustnessGate.Models.Onnx.Operators;

/// <summary>Comparisons, truth values and choices between tensors.</summary>
internal static class Logic
{
    public static readonly Operator[] Table =
    [
        Compare("Equal", (a, b) => a.eq(b)),
        Compare("Greater", (a, b) => a.gt(b)),
        Compare("GreaterOrEqual", (a, b) => a.ge(b)),
        Compare("Less", (a, b) => a.lt(b)),
        Compare("LessOrEqual", (a, b) => a.le(b)),
        Compare("And", (a, b) => a.logical_and(b)),
        Compare("Or", (a, b) => a.logical_or(b)),
        Compare("Xor", (a, b) => a.logical_xor(b)),
        Test("Not", call => call.X.logical_not()),
        Test("IsNaN", call => call.X.isnan()),
        Test("IsInf", call => IsInfinite(call)),
        Op("Where", 9, call => where(call.X, call.Tensor(1), call.Tensor(2))),
    ];

    private static Operator Compare(string name, Func<Tensor, Tensor, Tensor> apply) => Test(name, call =>
    {
        var (left, right) = Broadcasting.Operands(call);
        return apply(left, right);
    });

    private static Operator Test(string name, Func<Call, Value> apply) => Op(name, 1, apply) with { ZeroGradient = _ => true };

    private static Tensor IsInfinite(Call call) =>
        (call.Attributes.Flag("detect_positive", true), call.Attributes.Flag("detect_negative", true)) switch
        {
            (true, true) => call.X.isinf(),
            (true, false) => call.X.isposinf(),
            (false, true) => call.X.isneginf(),
            _ => zeros_like(call.X, dtype: ScalarType.Bool),
        };
}
