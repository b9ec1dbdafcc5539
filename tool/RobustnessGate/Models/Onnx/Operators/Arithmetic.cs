using static RobustnessGate.Models.Onnx.Operator;
using static TorchSharp.torch;

namespace RobustnessGate.Models.Onnx.Operators;

/// <summary>Element-wise arithmetic with broadcasting.</summary>
internal static class Arithmetic
{
    public static readonly Operator[] Table =
    [
        Binary("Add", (a, b) => a + b),
        Binary("Sub", (a, b) => a - b),
        Binary("Mul", (a, b) => a * b),
        Binary("Div", (a, b) => ElementTypes.IsFloat(a.dtype) ? a / b : div(a, b, RoundingMode.trunc)),
    ];

    private static Operator Binary(string name, Func<Tensor, Tensor, Tensor> apply) =>
        Op(name, 7, call => apply(call.X, call.Tensor(1)));
}
