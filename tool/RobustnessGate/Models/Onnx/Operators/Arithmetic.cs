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
        Binary("Div", (a, b) => ElementTypes.IsFloat(a.dtype) ? a / b : Quotient(a, b)),
        Binary("Pow", (a, b) => a.pow(b).to_type(a.dtype)),
        Op("Mod", 10, call => call.Attributes.Flag("fmod") ? call.X.fmod(call.Tensor(1)) : call.X.remainder(call.Tensor(1))),
        Op("Max", 1, call => Fold(call, maximum)),
        Op("Min", 1, call => Fold(call, minimum)),
        Op("Sum", 1, call => Fold(call, (a, b) => a + b)),
        Op("Mean", 1, call => Fold(call, (a, b) => a + b) / call.Tensors().Length),
        Op("Clip", 1, call => Clip(call, call.Attributes.Has("min") ? call.Attributes.Float("min", 0) : null, call.Attributes.Has("max") ? call.Attributes.Float("max", 0) : null)),
        Op("Clip", 11, call => Clip(call)),
        Unary("Abs", Magnitude),
        Unary("Neg", x => -x),
        Unary("Sqrt", x => x.sqrt()),
        Unary("Exp", x => x.exp()),
        Unary("Log", x => x.log()),
        Unary("Reciprocal", x => 1 / x),
        Unary("Sin", x => x.sin()),
        Unary("Cos", x => x.cos()),
        Unary("Tan", x => x.tan()),
        Unary("Asin", x => x.asin()),
        Unary("Acos", x => x.acos()),
        Unary("Atan", x => x.atan()),
        Unary("Sinh", x => x.sinh()),
        Unary("Cosh", x => x.cosh()),
        Unary("Asinh", x => x.asinh()),
        Unary("Acosh", x => x.acosh()),
        Unary("Atanh", x => x.atanh()),
        Steps("Sign", x => x.sign()),
        Steps("Floor", x => x.floor()),
        Steps("Ceil", x => x.ceil()),
        Steps("Round", x => x.round()),
        Op("Det", 11, call => call.X.det()),
        Op("CumSum", 11, call => CumulativeSum(call)),
    ];

    /// <summary>A step function, whose gradient is zero or, on request, passed straight through.</summary>
    public static Tensor Stepped(Tensor x, RunMode mode, Func<Tensor, Tensor> step) =>
        mode.StraightThrough && ElementTypes.IsFloat(x.dtype) ? step(x).detach() + (x - x.detach()) : step(x);

    /// <summary>
    /// |x| as x · sign(x). The engine's own absolute value has a second derivative that no managed code can read: a tensor
    /// without storage.
    /// </summary>
    public static Tensor Magnitude(Tensor x) => x * x.detach().sign();

    private static Operator Unary(string name, Func<Tensor, Tensor> apply) => Op(name, 1, call => apply(call.X));

    private static Operator Steps(string name, Func<Tensor, Tensor> step) =>
        Op(name, 1, call => Stepped(call.X, call.Mode, step)) with { ZeroGradient = _ => true, HasStraightThrough = true };

    private static Operator Binary(string name, Func<Tensor, Tensor, Tensor> apply) => Op(name, 1, call =>
    {
        var (left, right) = Broadcasting.Operands(call);
        return apply(left, right);
    });

    /// <summary>Integer division truncates; dividing by zero would end the process.</summary>
    private static Tensor Quotient(Tensor a, Tensor b) => b.eq(0).any().item<bool>()
        ? throw new UnsupportedException("integer division by zero")
        : div(a, b, RoundingMode.trunc).to_type(a.dtype);

    private static Tensor Fold(Call call, Func<Tensor, Tensor, Tensor> apply) => call.Tensors().Aggregate(apply);

    private static Tensor Clip(Call call, double? low, double? high) =>
        low is null && high is null ? call.X : call.X.clamp(low, high);

    private static Tensor Clip(Call call) =>
        call.Has(1) || call.Has(2) ? call.X.clamp(call.Optional(1), call.Optional(2)) : call.X;

    private static Tensor CumulativeSum(Call call)
    {
        var x = call.X;
        var axis = Call.Axis(call.Integers(1).Single(), x.dim());
        var reverse = call.Attributes.Flag("reverse");
        x = reverse ? x.flip(axis) : x;
        var sums = x.cumsum(axis).to_type(x.dtype);
        if (call.Attributes.Flag("exclusive"))
        {
            var zero = zeros_like(x.narrow(axis, 0, 1));
            sums = cat([zero, sums.narrow(axis, 0, x.shape[axis] - 1)], axis);
        }

        return reverse ? sums.flip(axis) : sums;
    }
}
