using static RobustnessGate.Models.Onnx.Operator;
using static TorchSharp.torch;

namespace RobustnessGate.Models.Onnx.Operators;

/// <summary>Products of matrices.</summary>
internal static class MatrixProducts
{
    public static readonly Operator[] Table =
    [
        Op("MatMul", 1, call => Multiply(call.X, call.Tensor(1))),
        Op("Gemm", 1, call => Gemm(call)),
        Op("Einsum", 12, call => einsum(call.Attributes.Text("equation", "").Replace(" ", "", StringComparison.Ordinal), call.Tensors())),
    ];

    /// <summary>The matrix product of the last two dimensions, broadcast over the others.</summary>
    /// <remarks>The engine's own <c>matmul</c> ends the process where shapes do not fit, so they are compared first.</remarks>
    public static Tensor Multiply(Tensor a, Tensor b)
    {
        var (left, right) = (a.shape, b.shape);
        var fits = left.Length > 0 && right.Length > 0 && a.dtype == b.dtype
            && left[^1] == right[Math.Max(0, right.Length - 2)] && Broadcasts(left, right);
        return fits
            ? a.matmul(b)
            : throw new ArgumentException($"the product of [{string.Join(", ", left)}] and [{string.Join(", ", right)}]");
    }

    /// <summary>Whether the dimensions before the last two match or are 1.</summary>
    private static bool Broadcasts(long[] left, long[] right)
    {
        for (var i = 3; i <= Math.Min(left.Length, right.Length); i++)
        {
            if (left[^i] != right[^i] && left[^i] != 1 && right[^i] != 1)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>α·A′B′ + β·C.</summary>
    private static Tensor Gemm(Call call)
    {
        var a = call.Attributes.Flag("transA") ? call.X.t() : call.X;
        var b = call.Attributes.Flag("transB") ? call.Tensor(1).t() : call.Tensor(1);
        var product = Scaled(Multiply(a, b), call.Attributes.Float("alpha", 1));
        return call.Optional(2) is { } c ? product + Scaled(c, call.Attributes.Float("beta", 1)) : product;
    }

    private static Tensor Scaled(Tensor x, double factor) => factor == 1 ? x : x * factor;
}
