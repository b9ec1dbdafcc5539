using TorchSharp;
using static RobustnessGate.Models.Onnx.Operator;
using static TorchSharp.torch;

namespace RobustnessGate.Models.Onnx.Operators;

/// <summary>Activation functions, and softmax over an axis.</summary>
internal static class Activations
{
    public static readonly Operator[] Table =
    [
        Op("Relu", 1, call => call.X.relu()),
        Op("LeakyRelu", 1, call => Leaky(call.X, call.Attributes.Float("alpha", 0.01))),
        Op("PRelu", 1, call => Leaky(call.X, Slope(call))),
        Op("ThresholdedRelu", 10, call => Thresholded(call)),
        Op("Elu", 1, call => call.X.elu(call.Attributes.Float("alpha", 1))),
        Op("Celu", 12, call => call.X.celu(call.Attributes.Float("alpha", 1))),
        Op("Selu", 1, call => call.X.elu(call.Attributes.Float("alpha", 1.67326319217681884765625)) * call.Attributes.Float("gamma", 1.05070102214813232421875)),
        Op("Sigmoid", 1, call => call.X.sigmoid()),
        Op("HardSigmoid", 1, call => (call.X * call.Attributes.Float("alpha", 0.2) + call.Attributes.Float("beta", 0.5)).clamp(0, 1)),
        Op("HardSwish", 14, call => call.X * (call.X / 6 + 0.5).clamp(0, 1)),
        Op("Tanh", 1, call => call.X.tanh()),
        Op("Softplus", 1, call => call.X.softplus()),
        Op("Softsign", 1, call => call.X / (1 + Arithmetic.Magnitude(call.X))),
        Op("Mish", 18, call => call.X * call.X.softplus().tanh()),
        Op("Gelu", 20, call => Gelu(call)),
        Op("Erf", 9, call => call.X.erf()),
        Op("Shrink", 9, call => Shrink(call)),
        Op("Softmax", 1, call => Flattened(call, x => x.softmax(1))),
        Op("Softmax", 13, call => call.X.softmax(Axis(call))),
        Op("LogSoftmax", 1, call => Flattened(call, x => x.log_softmax(1))),
        Op("LogSoftmax", 13, call => call.X.log_softmax(Axis(call))),
        Op("Hardmax", 1, call => Flattened(call, x => Hardmax(x, 1))) with { ZeroGradient = _ => true },
        Op("Hardmax", 13, call => Hardmax(call.X, Axis(call))) with { ZeroGradient = _ => true },
    ];

    private static int Axis(Call call) => Call.Axis(call.Attributes.Int("axis", -1), call.X.dim());

    /// <summary>Before opset 13, everything from the axis on counted as one dimension.</summary>
    private static Tensor Flattened(Call call, Func<Tensor, Tensor> apply)
    {
        var x = call.X;
        var axis = call.Attributes.Int("axis", 1);
        axis = axis == x.dim() ? axis : Call.Axis(axis, x.dim());
        var rows = x.shape[..(int)axis].Aggregate(1L, (a, b) => a * b);
        var columns = x.shape[(int)axis..].Aggregate(1L, (a, b) => a * b);
        return apply(x.reshape(rows, columns)).reshape(x.shape);
    }

    private static Tensor Leaky(Tensor x, Scalar slope) => where(x.ge(0), x, x * slope);

    private static Tensor Leaky(Tensor x, Tensor slope) => where(x.ge(0), x, x * slope);

    /// <summary>Before opset 7, one slope a channel stood without its trailing dimensions.</summary>
    private static Tensor Slope(Call call)
    {
        var slope = call.Tensor(1);
        return call.Node.Opset < 7 && slope.dim() == 1 && call.X.dim() > 2
            ? slope.reshape([-1, .. Windows.Ones((int)call.X.dim() - 2)])
            : slope;
    }

    private static Tensor Thresholded(Call call) =>
        where(call.X.gt(call.Attributes.Float("alpha", 1)), call.X, zeros_like(call.X));

    private static Tensor Gelu(Call call) => call.Attributes.Text("approximate", "none") switch
    {
        "none" => 0.5 * call.X * (1 + (call.X / Math.Sqrt(2)).erf()),
        "tanh" => 0.5 * call.X * (1 + (Math.Sqrt(2 / Math.PI) * (call.X + 0.044715 * call.X.pow(3))).tanh()),
        var other => throw new UnsupportedException($"approximate = {other}"),
    };

    private static Tensor Shrink(Call call)
    {
        var (x, bias, limit) = (call.X, call.Attributes.Float("bias", 0), call.Attributes.Float("lambd", 0.5));
        var shrunk = where(x.lt(-limit), x + bias, where(x.gt(limit), x - bias, zeros_like(x)));
        return shrunk.to_type(x.dtype);
    }

    /// <summary>1 at the first greatest element, 0 elsewhere.</summary>
    private static Tensor Hardmax(Tensor x, long axis)
    {
        var index = x.argmax(axis, keepdim: true);
        return zeros_like(x).scatter(axis, index, ones_like(index, dtype: x.dtype));
    }
}
