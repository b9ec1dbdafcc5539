using static RobustnessGate.Models.Onnx.Operator;
using static TorchSharp.torch;

namespace RobustnessGate.Models.Onnx.Operators;

/// <summary>Products of matrices.</summary>
internal static class MatrixProducts
{
    public static readonly Operator[] Table =
    [
        Op("MatMul", 1, call => call.X.matmul(call.Tensor(1))),
        Op("Gemm", 1, call => Gemm(call)),
        Op("Einsum", 12, call => einsum(call.Attributes.Text("equation", "").Replace(" ", "", StringComparison.Ordinal), call.Tensors())),
    ];

    /// <summary>α·A′B′ + β·C.</summary>
    private static Tensor Gemm(Call call)
    {
        var a = call.Attributes.Flag("transA") ? call.X.t() : call.X;
        var b = call.Attributes.Flag("transB") ? call.Tensor(1).t() : call.Tensor(1);
        var product = Scaled(a.matmul(b), call.Attributes.Float("alpha", 1));
        return call.Optional(2) is { } c ? product + Scaled(c, call.Attributes.Float("beta", 1)) : product;
    }

    private static Tensor Scaled(Tensor x, double factor) => factor == 1 ? x : x * factor;
}
