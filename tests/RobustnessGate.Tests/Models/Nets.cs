using RobustnessGate.Models.Onnx;
using TorchSharp;
using static TorchSharp.torch;

namespace RobustnessGate.Tests.Models;

/// <summary>Small networks with seeded weights, as <see cref="OnnxWriter"/> takes them.</summary>
internal static class Nets
{
    public static readonly int[] Image = [2, 8, 8];

    public static IReadOnlyList<OnnxLayer> Named(string name) => name switch
    {
        "linear" => [new OnnxLayer.Flatten(), Dense(128, 5, 1)],
        "mlp" => [new OnnxLayer.Flatten(), Dense(128, 16, 1), new OnnxLayer.Relu(), Dense(16, 5, 2)],
        "convolutional" =>
        [
            new OnnxLayer.Conv2d(Weight(1, 4, 2, 3, 3), Weight(2, 4), Padding: 1), new OnnxLayer.Relu(), new OnnxLayer.MaxPool2d(2, 2),
            new OnnxLayer.Conv2d(Weight(3, 6, 2, 3, 3), Weight(4, 6), Groups: 2), new OnnxLayer.Relu(), new OnnxLayer.Flatten(), Dense(24, 5, 5),
        ],
        "normalised" =>
        [
            new OnnxLayer.Conv2d(Weight(1, 4, 2, 3, 3), Stride: 2), Norm(4, 2), new OnnxLayer.Gelu(), new OnnxLayer.AvgPool2d(2, 1),
            new OnnxLayer.GlobalAvgPool2d(), new OnnxLayer.Flatten(), Dense(4, 5, 5),
        ],
        _ => throw new ArgumentOutOfRangeException(nameof(name)),
    };

    public static byte[] Bytes(string name)
    {
        using var scope = NewDisposeScope();
        return OnnxWriter.Bytes(Named(name), Image);
    }

    public static Tensor Weight(int seed, params long[] shape) => Numbers.Tensor(shape, seed);

    private static OnnxLayer Dense(long inputs, long outputs, int seed) =>
        new OnnxLayer.Linear(Weight(seed, outputs, inputs) * 0.2f, Weight(seed + 100, outputs));

    private static OnnxLayer Norm(long channels, int seed) => new OnnxLayer.BatchNorm(
        Weight(seed, channels), Weight(seed + 1, channels), Weight(seed + 2, channels), Numbers.Tensor([channels], seed + 3, 0.5, 2));
}
