using Microsoft.ML.OnnxRuntime;
using TorchSharp;
using static TorchSharp.torch;

namespace RobustnessGate.Tests.Models;

/// <summary>ONNX Runtime as the oracle for values: bytes and an input in, the first output out. Without its optimisations, which quantise.</summary>
internal static class Ort
{
    public static float[] Run(byte[] model, Tensor input) => Run(model, input.shape, input.cpu().to(ScalarType.Float32).contiguous().data<float>().ToArray());

    public static float[] Run(byte[] model, long[] shape, float[] input)
    {
        using var options = new SessionOptions { IntraOpNumThreads = 1, InterOpNumThreads = 1, GraphOptimizationLevel = GraphOptimizationLevel.ORT_DISABLE_ALL, LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR };
        using var session = new InferenceSession(model, options);
        using var value = OrtValue.CreateTensorValueFromMemory(input, shape);
        using var run = new RunOptions();
        using var outputs = session.Run(run, session.InputNames.Take(1).ToArray(), [value], session.OutputNames.Take(1).ToArray());
        return outputs[0].GetTensorDataAsSpan<float>().ToArray();
    }
}
