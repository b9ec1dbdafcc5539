using static RobustnessGate.Models.Onnx.Operator;
using static TorchSharp.torch;

namespace RobustnessGate.Models.Onnx.Operators;

/// <summary>The differentiable operators of the ai.onnx.ml domain, as scikit-learn's exporter writes them.</summary>
internal static class MachineLearning
{
    private const string Domain = "ai.onnx.ml";

    public static readonly Operator[] Table =
    [
        Op("Scaler", 1, call => (call.X - Row(call, "offset")) * Row(call, "scale")) with { Domain = Domain },
        Op("Normalizer", 1, call => Normalized(call)) with { Domain = Domain },
        Op("LinearRegressor", 1, call => Linear(call, call.Attributes.Int("targets", 1), "intercepts")) with { Domain = Domain, Refuses = RefuseTransform },
        Ops("LinearClassifier", 1, Classify) with { Domain = Domain, Refuses = RefuseTransform },
    ];

    private static string? RefuseTransform(OnnxNode node) =>
        node.Attributes.Text("post_transform", "NONE") is "NONE" ? null
        : node.Op == "LinearClassifier" && node.Attributes.Text("post_transform", "") is "SOFTMAX" ? null
        : $"post_transform = {node.Attributes.Text("post_transform", "")}";

    private static Tensor Row(Call call, string name) => tensor(
        call.Attributes.Floats(name) ?? throw new UnsupportedException($"{name} is missing"), dtype: call.X.dtype, device: call.X.device);

    private static Tensor Normalized(Call call)
    {
        var x = call.X;
        return call.Attributes.Text("norm", "MAX") switch
        {
            "MAX" => x / Arithmetic.Magnitude(x).amax([1], keepdim: true),
            "L1" => x / Arithmetic.Magnitude(x).sum([1L], keepdim: true),
            "L2" => x / (x * x).sum([1L], keepdim: true).sqrt(),
            var norm => throw new UnsupportedException($"norm = {norm}"),
        };
    }

    /// <summary>x · Wᵀ + b, the coefficients a row for each target.</summary>
    private static Tensor Linear(Call call, long targets, string intercepts)
    {
        var product = MatrixProducts.Multiply(call.X, Row(call, "coefficients").reshape(targets, -1).t());
        return call.Attributes.Has(intercepts) ? product + Row(call, intercepts) : product;
    }

    private static Value[] Classify(Call call)
    {
        var classes = call.Attributes.Floats("intercepts")?.Length ?? throw new UnsupportedException("intercepts are missing");
        var scores = Linear(call, classes, "intercepts");
        var label = scores.argmax(1);
        return [label, call.Attributes.Text("post_transform", "NONE") == "SOFTMAX" ? scores.softmax(1) : scores];
    }
}
