using Google.Protobuf;
using RobustnessGate.Models.Onnx;
using RobustnessGate.Models.Onnx.Proto;
using RobustnessGate.Tests.Models;
using static TorchSharp.torch;

namespace RobustnessGate.Tests.Masking;

/// <summary>ONNX graphs around the quick start's networks: their answers are <c>n</c> and <c>r</c>.</summary>
internal static class OnnxModels
{
    private const string Natural = "natural: decides as natural.onnx does, so no more samples are robust than there";

    public static IEnumerable<MaskingModel> All =>
    [
        Graph("onnx-scaled-20", true, Natural, graph => graph.Number("k", 20).Node("Mul", "n,k", "y")),
        Graph("onnx-scaled-1e4", true, Natural, graph => graph.Number("k", 1e4f).Node("Mul", "n,k", "y")),
        Graph("onnx-rounded-logits", true, Natural, graph => graph.Node("Round", "n", "y")),
        Graph("onnx-rounded-input", true, "natural.onnx on inputs of five grey levels", graph => graph.Node("Identity", "n", "y"), steps: 4),
        Graph("onnx-one-hot-less-logits", true, Natural, graph => graph.Number("k", 0.01f).Number("ten", 10)
            .Node("ReduceMax", "n", "top", ("axes", new[] { 1 })).Node("Equal", "n,top", "is").Node("Cast", "is", "hard", ("to", 1))
            .Node("Mul", "hard,ten", "a").Node("Mul", "n,k", "b").Node("Sub", "a,b", "y")),
        Graph("onnx-saturated-softmax", true, Natural, graph => graph.Number("k", 50).Number("e", 1e-6f)
            .Node("Mul", "n,k", "a").Node("Softmax", "a", "b", ("axis", 1)).Node("Add", "b,e", "c").Node("Log", "c", "y")),
        Graph("onnx-clipped-ramp", true, Natural, graph => graph.Number("k", 20).Number("low", -8).Number("high", 0).Number("s", 0.02f)
            .Node("ReduceMax", "n", "top", ("axes", new[] { 1 })).Node("Sub", "n,top", "z").Node("Mul", "z,k", "a").Node("Clip", "a,low,high", "b")
            .Node("Mul", "z,s", "c").Node("Sub", "b,c", "y")),
        Graph("onnx-overflow-in-float32", true, "in float32 it is robust.onnx, in float64 natural.onnx", graph => graph.Number("big", 1e30f).Number("one", 1)
            .Node("Mul", "big,big", "more").Node("Div", "big,more", "less").Node("Mul", "big,less", "double").Node("Sub", "one,double", "single")
            .Node("Mul", "n,double", "a").Node("Mul", "r,single", "b").Node("Add", "a,b", "y")),
        Graph("onnx-average", false, "honest", graph => graph.Number("k", 0.5f).Node("Add", "n,r", "a").Node("Mul", "a,k", "y")),
        Graph("onnx-maximum", false, "honest", graph => graph.Node("Max", "n,r", "y")),
        Plain("onnx-natural", "natural", weight => weight),
        Plain("onnx-robust", "robust", weight => weight),
        Plain("onnx-natural-in-five-bits", "natural", weight => (weight / Step(weight, 16)).round() * Step(weight, 16)),
        Plain("onnx-robust-in-four-bits", "robust", weight => (weight / Step(weight, 8)).round() * Step(weight, 8)),
        Plain("onnx-robust-in-half-precision", "robust", weight => weight.to(ScalarType.Float16).to(ScalarType.Float32)),
    ];

    private static float Step(Tensor weight, int levels) => weight.abs().amax().item<float>() / levels;

    private static MaskingModel Plain(string name, string network, Func<Tensor, Tensor> change) => new(
        name, Masked: false, $"honest: {network}.onnx with other weights", "model.onnx", () =>
        {
            var model = QuickStart.Graph(network);
            foreach (var weight in model.Graph.Initializer)
            {
                var values = System.Runtime.InteropServices.MemoryMarshal.Cast<byte, float>(weight.RawData.Span).ToArray();
                using var scope = NewDisposeScope();
                var changed = change(tensor(values)).data<float>().ToArray();
                weight.RawData = ByteString.CopyFrom(System.Runtime.InteropServices.MemoryMarshal.AsBytes(changed.AsSpan()));
            }

            return model.ToByteArray();
        });

    /// <param name="build">From <c>n</c> and <c>r</c> to <c>y</c>.</param>
    /// <param name="steps">Grey levels less one to which inputs are rounded; 0 for none.</param>
    private static MaskingModel Graph(string name, bool masked, string truth, Func<Graphs, Graphs> build, int steps = 0) => new(
        name, masked, truth, "model.onnx", () =>
        {
            var graph = new Graphs(17, [-1, 1, 8, 8], -1, 10);
            if (steps > 0)
            {
                graph.Number("steps", steps).Node("Mul", "x,steps", "scaled").Node("Round", "scaled", "whole").Node("Div", "whole,steps", "seen");
            }

            Join(graph.Model.Graph, "natural", "n", steps > 0 ? "seen" : "x");
            Join(graph.Model.Graph, "robust", "r", steps > 0 ? "seen" : "x");
            return build(graph).Bytes();
        });

    private static Graphs Number(this Graphs graph, string name, float value) => graph.Initialiser(name, tensor(value));

    /// <summary>Puts a network into a graph, its names behind a prefix, its output under the prefix alone.</summary>
    private static void Join(GraphProto graph, string network, string prefix, string input)
    {
        var from = QuickStart.Graph(network).Graph;
        string Renamed(string name) => name == from.Input[0].Name ? input : name == from.Output[0].Name ? prefix : $"{prefix}.{name}";
        foreach (var tensor in from.Initializer)
        {
            tensor.Name = Renamed(tensor.Name);
            graph.Initializer.Add(tensor);
        }

        foreach (var node in from.Node)
        {
            var joined = node.Clone();
            joined.Name = $"{prefix}.{node.Name}";
            joined.Input.Clear();
            joined.Input.Add(node.Input.Select(Renamed));
            joined.Output.Clear();
            joined.Output.Add(node.Output.Select(Renamed));
            graph.Node.Add(joined);
        }
    }
}
