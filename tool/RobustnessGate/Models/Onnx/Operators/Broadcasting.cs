using static TorchSharp.torch;

namespace RobustnessGate.Models.Onnx.Operators;

/// <summary>Broadcasting of two operands, as it is now and as it was before opset 7.</summary>
internal static class Broadcasting
{
    /// <summary>The two operands of a call, ready for the engine's own broadcasting.</summary>
    public static (Tensor Left, Tensor Right) Operands(Call call)
    {
        var (left, right) = (call.X, call.Tensor(1));
        return call.Node.Opset < 7 ? (left, Legacy(call, left, right)) : (left, right);
    }

    /// <summary>Before opset 7 the second operand was laid along an axis of the first, on request only.</summary>
    private static Tensor Legacy(Call call, Tensor left, Tensor right)
    {
        if (!call.Attributes.Flag("broadcast") || right.dim() == 0)
        {
            return right;
        }

        var axis = call.Attributes.Has("axis") ? Call.Axis(call.Attributes.Int("axis", 0), left.dim()) : left.dim() - right.dim();
        var after = left.dim() - axis - right.dim();
        return after > 0 ? right.reshape([.. right.shape, .. Windows.Ones((int)after)]) : right;
    }
}
