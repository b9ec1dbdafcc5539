using static RobustnessGate.Models.Onnx.Operator;
using static TorchSharp.torch;

namespace RobustnessGate.Models.Onnx.Operators;

/// <summary>Normalisations, always with the statistics of inference.</summary>
internal static class Normalizations
{
    public static readonly Operator[] Table =
    [
        Op("BatchNormalization", 7, call => BatchNormalization(call)) with { Refuses = RefuseTraining },
    ];

    private static string? RefuseTraining(OnnxNode node) =>
        node.Attributes.Flag("training_mode") ? "in training mode; export the model in evaluation mode"
        : !node.Attributes.Flag("spatial", true) ? "spatial = 0"
        : null;

    /// <summary>Written as arithmetic, so that second derivatives exist in every type.</summary>
    private static Tensor BatchNormalization(Call call)
    {
        var x = call.X;
        long[] channels = [1, -1, .. Windows.Ones((int)x.dim() - 2)];
        var (scale, bias, mean, variance) = (call.Tensor(1), call.Tensor(2), call.Tensor(3), call.Tensor(4));
        var factor = scale / (variance + call.Attributes.Float("epsilon", 1e-5)).sqrt();
        return (x - mean.reshape(channels)) * factor.reshape(channels) + bias.reshape(channels);
    }
}
