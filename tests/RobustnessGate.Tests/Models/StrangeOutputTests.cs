using RobustnessGate.Diagnostics;
using RobustnessGate.Maths;
using RobustnessGate.Models;
using RobustnessGate.Models.Onnx;
using RobustnessGate.Models.Onnx.Proto;
using RobustnessGate.Policies;
using TorchSharp;
using static TorchSharp.torch;

namespace RobustnessGate.Tests.Models;

/// <summary>Networks that look like classifiers and are none.</summary>
public class StrangeOutputTests
{
    /// <summary>The last layer of a frequent mistake: one output, and a softmax over it, which is 1 for every input.</summary>
    [Theory]
    [InlineData("Softmax", 1, true)]
    [InlineData("Sigmoid", 1, false)]
    [InlineData("Softmax", 2, false)]
    public void A_softmax_over_one_output_tells_nothing_apart(string last, int outputs, bool refused)
    {
        var bytes = Network(last, outputs, TensorProto.Types.DataType.Float);
        if (refused)
        {
            var mistake = Assert.Throws<MistakeException>(() => OnnxNetwork.Parse(bytes, "model.onnx"));
            Assert.Equal("RG0410", Assert.Single(mistake.Findings).Code);
        }
        else
        {
            using var network = OnnxNetwork.Parse(bytes, "model.onnx");
            Assert.Empty(network.Card.Notes.Where(note => note.Contains("float16", StringComparison.Ordinal)));
        }
    }

    [Fact]
    public void Float16_is_computed_as_float32_and_that_is_said()
    {
        using var network = OnnxNetwork.Parse(Network("Sigmoid", 1, TensorProto.Types.DataType.Float16), "model.onnx");
        Assert.Contains(network.Card.Notes, note => note.Contains("float16", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(100, "RG0414")]
    [InlineData(0.5, "RG0414")]
    public void Shares_are_no_logits_whatever_they_sum_to(double total, string code)
    {
        using var scope = NewDisposeScope();
        var rows = tensor(Evaluation.Networks.Uniform("shares", 16 * 4)).reshape(16, 4);
        using var classifier = new Classifier(new Scaled(total), new InputSection([4], new Bounds(0, 1), [], []));
        var mistake = Assert.Throws<MistakeException>(() => ModelChecks.Refuse(classifier, rows));
        Assert.Equal(code, Assert.Single(mistake.Findings).Code);
    }

    /// <summary>Each tensor is allowed, all of them together are not; expanded ones take no memory before they are read.</summary>
    [Theory]
    [InlineData(1, false)]
    [InlineData(3, true)]
    public void Tensors_that_are_too_large_together_are_refused(int tensors, bool refused)
    {
        var model = ModelProto.Parser.ParseFrom(Network("Sigmoid", 2, TensorProto.Types.DataType.Float));
        var graph = model.Graph;
        graph.Initializer.Add(new TensorProto { Name = "one", DataType = (int)TensorProto.Types.DataType.Float, Dims = { 1 }, FloatData = { 1 } });
        graph.Initializer.Add(new TensorProto { Name = "size", DataType = (int)TensorProto.Types.DataType.Int64, Dims = { 1 }, Int64Data = { 1L << 29 } });
        graph.Initializer.Add(new TensorProto { Name = "first", DataType = (int)TensorProto.Types.DataType.Int64, Dims = { 1 }, Int64Data = { 0 } });
        graph.Node.RemoveAt(1);
        var last = "z";
        for (var i = 0; i < tensors; i++)
        {
            graph.Node.Add(new NodeProto { OpType = "Expand", Input = { "one", "size" }, Output = { $"large{i}" } });
            graph.Node.Add(new NodeProto { OpType = "Gather", Input = { $"large{i}", "first" }, Output = { $"small{i}" } });
            graph.Node.Add(new NodeProto { OpType = "Add", Input = { last, $"small{i}" }, Output = { i == tensors - 1 ? "y" : $"sum{i}" } });
            last = $"sum{i}";
        }

        var bytes = Google.Protobuf.MessageExtensions.ToByteArray(model);
        if (refused)
        {
            var mistake = Assert.Throws<MistakeException>(() => OnnxNetwork.Parse(bytes, "model.onnx"));
            Assert.Contains("together", Assert.Single(mistake.Findings).Message, StringComparison.Ordinal);
        }
        else
        {
            OnnxNetwork.Parse(bytes, "model.onnx").Dispose();
        }
    }

    private static byte[] Network(string last, int outputs, TensorProto.Types.DataType type)
    {
        var size = type == TensorProto.Types.DataType.Float16 ? 2 : 4;
        var weights = new TensorProto { Name = "w", DataType = (int)type, RawData = Google.Protobuf.ByteString.CopyFrom(new byte[3 * outputs * size]) };
        weights.Dims.AddRange([3, outputs]);
        var graph = new GraphProto { Name = "g" };
        graph.Initializer.Add(weights);
        graph.Input.Add(Value("x", type, 3));
        graph.Output.Add(Value("y", type, outputs));
        graph.Node.Add(new NodeProto { OpType = "MatMul", Input = { "x", "w" }, Output = { "z" } });
        graph.Node.Add(new NodeProto { OpType = last, Input = { "z" }, Output = { "y" } });
        var model = new ModelProto { IrVersion = 8, Graph = graph };
        model.OpsetImport.Add(new OperatorSetIdProto { Version = 17 });
        return Google.Protobuf.MessageExtensions.ToByteArray(model);
    }

    private static ValueInfoProto Value(string name, TensorProto.Types.DataType type, int features)
    {
        var shape = new TensorShapeProto();
        shape.Dim.Add(new TensorShapeProto.Types.Dimension { DimParam = "N" });
        shape.Dim.Add(new TensorShapeProto.Types.Dimension { DimValue = features });
        return new ValueInfoProto { Name = name, Type = new TypeProto { TensorType = new TypeProto.Types.Tensor { ElemType = (int)type, Shape = shape } } };
    }

    private sealed class Scaled(double total) : INetwork
    {
        public string Format => "scaled";

        public bool SupportsDouble => true;

        public long Parameters => 0;

        public IReadOnlyList<long>? InputShape => [4];

        public Tensor Forward(Tensor input) => (10 * input).softmax(1) * total;

        public void Dispose()
        {
        }
    }
}
