using static RobustnessGate.Models.Onnx.Operator;
using static TorchSharp.torch;

namespace RobustnessGate.Models.Onnx.Operators;

/// <summary>Activation functions, and softmax over an axis.</summary>
internal static class Activations
{
    public static readonly Operator[] Table =
    [
        Op("Relu", 1, call => call.X.relu()),
        Op("Erf", 9, call => call.X.erf()),
        Op("Softmax", 1, call => Flattened(call, x => x.softmax(1))),
        Op("LogSoftmax", 1, call => Flattened(call, x => x.log_softmax(1))),
        Op("LogSoftmax", 13, call => call.X.log_softmax(Axis(call))),
        Op("Softmax", 13, call => call.X.softmax(Axis(call))),
    ];

    private static int Axis(Call call) => Call.Axis(call.Attributes.Int("axis", -1), call.X.dim());

    /// <summary>Before opset 13, everything from the axis on counted as one dimension.</summary>
    private static Tensor Flattened(Call call, Func<Tensor, Tensor> apply)
    {
        var x = call.X;
        var axis = Call.Axis(call.Attributes.Int("axis", 1), x.dim());
        var rows = x.shape[..axis].Aggregate(1L, (a, b) => a * b);
        return apply(x.reshape(rows, -1)).reshape(x.shape);
    }
}
