using RobustnessGate.Facts;
using RobustnessGate.Maths;
using RobustnessGate.Models.Onnx;
using RobustnessGate.Models.Onnx.Proto;
using RobustnessGate.Policies;
using RobustnessGate.Samples;

namespace RobustnessGate.Tests.Masking;

/// <summary>The quick start's two networks and its test samples: what masking models are built around.</summary>
internal static class QuickStart
{
    public static readonly string Folder = Path.Combine(TestData.Root, "templates", "quick-start");

    public static readonly InputSection Input = new([1, 8, 8], new Bounds(0, 1), [], []);

    public static byte[] File(string network) => System.IO.File.ReadAllBytes(Path.Combine(Folder, $"{network}.onnx"));

    public static ModelProto Graph(string network) => OnnxFile.Parse(File(network), network);

    public static SampleSet Samples(int count, string part = "test") => SampleSet.Load(
        new DataSection(
            Path.Combine(Folder, $"{part}-images.idx.gz"), Path.Combine(Folder, $"{part}-labels.idx.gz"), count == int.MaxValue ? null : count, SampleSelection.First, DataScale.Auto, null, null, null),
        Input, seed: 0);

    /// <summary>Weights of a network under names with a prefix, as a script's module holds them.</summary>
    public static IEnumerable<(string Name, long[] Shape, float[] Values)> Weights(string network, string prefix) =>
        Graph(network).Graph.Initializer.Select(tensor => (
            prefix + tensor.Name.Replace(".weight", "w", StringComparison.Ordinal).Replace(".bias", "b", StringComparison.Ordinal),
            tensor.Dims.ToArray(),
            System.Runtime.InteropServices.MemoryMarshal.Cast<byte, float>(tensor.RawData.Span).ToArray()));

    /// <summary>A method that computes a network of <see cref="Weights"/>.</summary>
    public static string Method(string name, string prefix) => $"""
          def {name}(self: __torch__.Net, x: Tensor) -> Tensor:
            h = torch.relu(torch.conv2d(x, self.{prefix}conv0w, self.{prefix}conv0b, [1, 1], [0, 0], [1, 1], 1))
            h = torch.relu(torch.conv2d(h, self.{prefix}conv2w, self.{prefix}conv2b, [1, 1], [0, 0], [1, 1], 1))
            h = torch.flatten(torch.max_pool2d(h, [2, 2]), 1)
            h = torch.relu(torch.linear(h, self.{prefix}gemm6w, self.{prefix}gemm6b))
            return torch.linear(h, self.{prefix}gemm8w, self.{prefix}gemm8b)

        """.ReplaceLineEndings("\n");
}
