namespace RobustnessGate.Indicators;

/// <summary>Whether a network is piecewise linear, as its second derivatives tell and as its operators do.</summary>
internal static class NetworkKind
{
    private static readonly HashSet<string> Smooth = new(
        [
            "Gelu", "Sigmoid", "Tanh", "Softplus", "Erf", "Exp", "Log", "Softmax", "LogSoftmax", "Swish", "Mish", "Elu", "Selu",
            "Celu", "HardSwish", "Softsign", "Sqrt", "Pow", "Reciprocal", "Sin", "Cos", "LayerNormalization",
            "InstanceNormalization", "GroupNormalization", "LpNormalization", "ReduceL2", "ReduceLogSumExp", "LRN",
        ],
        StringComparer.Ordinal);

    private static readonly HashSet<string> Linear = new(
        [
            "Conv", "ConvTranspose", "Gemm", "Relu", "LeakyRelu", "PRelu", "Clip", "HardSigmoid", "ThresholdedRelu", "Abs",
            "MaxPool", "AveragePool", "GlobalAveragePool", "GlobalMaxPool", "BatchNormalization", "Add", "Sub", "Sum", "Neg",
            "Max", "Min", "Flatten", "Reshape", "Transpose", "Squeeze", "Unsqueeze", "Concat", "Split", "Slice", "Pad",
            "Identity", "Dropout", "Constant", "ReduceMean", "ReduceSum", "ReduceMax", "Cast", "Shape", "Gather",
        ],
        StringComparer.Ordinal);

    /// <param name="measured">Whether second derivatives of the logits are exactly zero at jittered samples.</param>
    /// <param name="operators">Of the graph; empty where it cannot be read.</param>
    /// <returns>The kind in words, and whether the operators say something else than the derivatives.</returns>
    public static (string Words, bool Disagree) Of(bool measured, IEnumerable<string> operators)
    {
        var all = operators.ToArray();
        var smooth = all.Where(Smooth.Contains).ToArray();
        var seen = measured
            ? "piecewise linear: second derivatives of its logits are exactly zero at jittered samples"
            : "smooth: second derivatives of its logits are not zero";
        if (all.Length == 0)
        {
            return ($"{seen}; its graph cannot be read", false);
        }

        if (smooth.Length > 0)
        {
            var names = string.Join(", ", smooth);
            return measured ? ($"{seen}, though it has {names}", true) : ($"{seen}, as its {names} would have it", false);
        }

        var linear = all.All(Linear.Contains);
        return (linear, measured) switch
        {
            (true, true) => ($"{seen}, and all its operators are piecewise linear", false),
            (true, false) => ($"{seen}, though all its operators look piecewise linear", true),
            _ => ($"{seen}; its operators alone do not tell", false),
        };
    }
}
