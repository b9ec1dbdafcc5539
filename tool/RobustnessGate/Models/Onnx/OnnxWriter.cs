using Google.Protobuf;
using RobustnessGate.Models.Onnx.Proto;
using TorchSharp;
using static TorchSharp.torch;

namespace RobustnessGate.Models.Onnx;

/// <summary>
/// Writes a sequential network as ONNX opset 17 with a free batch dimension. The bytes depend on the layers alone:
/// no producer version, no time.
/// </summary>
internal static class OnnxWriter
{
    private const int Opset = 17;
    private const int IrVersion = 8;

    /// <param name="inputShape">Shape of one input, without the batch.</param>
    public static void Write(string path, IReadOnlyList<OnnxLayer> layers, IReadOnlyList<int> inputShape) =>
        File.WriteAllBytes(path, Bytes(layers, inputShape));

    /// <param name="inputShape">Shape of one input, without the batch.</param>
    public static byte[] Bytes(IReadOnlyList<OnnxLayer> layers, IReadOnlyList<int> inputShape)
    {
        var builder = new Builder();
        builder.Add(layers);
        var model = builder.Model(inputShape);
        var bytes = new byte[model.CalculateSize()];
        using var output = new CodedOutputStream(bytes) { Deterministic = true };
        model.WriteTo(output);
        return bytes;
    }

    private sealed class Builder
    {
        private readonly GraphProto _graph = new() { Name = "network" };
        private string _last = "input";

        public void Add(IReadOnlyList<OnnxLayer> layers)
        {
            foreach (var layer in layers)
            {
                Add(layer);
            }
        }

        private void Add(OnnxLayer layer)
        {
            switch (layer)
            {
                case OnnxLayer.Conv2d conv:
                    Node("Conv", [("weight", conv.Weight), ("bias", conv.Bias)],
                        Ints("strides", conv.Stride, conv.Stride),
                        Ints("pads", conv.Padding, conv.Padding, conv.Padding, conv.Padding), Int("group", conv.Groups));
                    break;
                case OnnxLayer.Linear linear:
                    Node("Gemm", [("weight", linear.Weight), ("bias", linear.Bias)], Int("transB", 1));
                    break;
                case OnnxLayer.BatchNorm norm:
                    Node("BatchNormalization",
                        [("weight", norm.Weight), ("bias", norm.Bias), ("mean", norm.Mean), ("variance", norm.Variance)],
                        Float("epsilon", norm.Epsilon));
                    break;
                case OnnxLayer.MaxPool2d pool:
                    Node("MaxPool", [], Ints("kernel_shape", pool.Kernel, pool.Kernel), Ints("strides", pool.Stride, pool.Stride));
                    break;
                case OnnxLayer.AvgPool2d pool:
                    Node("AveragePool", [], Ints("kernel_shape", pool.Kernel, pool.Kernel), Ints("strides", pool.Stride, pool.Stride));
                    break;
                case OnnxLayer.Gelu:
                    Gelu();
                    break;
                case OnnxLayer.Silu:
                    var x = _last;
                    Node("Sigmoid", []);
                    Node("Mul", []);
                    _graph.Node[^1].Input.Add(x);
                    break;
                case OnnxLayer.Residual residual:
                    Residual(residual);
                    break;
                case OnnxLayer.GlobalAvgPool2d:
                    Node("GlobalAveragePool", []);
                    break;
                default:
                    Node(layer.GetType().Name, []);
                    break;
            }
        }

        public ModelProto Model(IReadOnlyList<int> inputShape)
        {
            _graph.Node[^1].Output[0] = "logits";
            _graph.Input.Add(Value("input", inputShape.Select(dimension => (long)dimension)));
            _graph.Output.Add(Value("logits", [Classes()]));
            return new ModelProto
            {
                IrVersion = IrVersion,
                ProducerName = "RobustnessGate",
                Graph = _graph,
                OpsetImport = { new OperatorSetIdProto { Domain = "", Version = Opset } },
            };
        }

        private long Classes() =>
            _graph.Initializer.LastOrDefault(tensor => tensor.Name.EndsWith("weight", StringComparison.Ordinal))?.Dims[0] ?? 0;

        /// <summary>½ · x · (1 + erf(x / √2)).</summary>
        private void Gelu()
        {
            var x = _last;
            Node("Div", [("root", tensor((float)Math.Sqrt(2)))]);
            Node("Erf", []);
            Node("Add", [("one", tensor(1f))]);
            Node("Mul", [("half", tensor(0.5f))]);
            Node("Mul", []);
            _graph.Node[^1].Input.Add(x);
        }

        private void Residual(OnnxLayer.Residual residual)
        {
            var x = _last;
            Add(residual.Body);
            var body = _last;
            _last = x;
            Add(residual.Shortcut);
            var shortcut = _last;
            _last = body;
            Node("Add", []);
            _graph.Node[^1].Input.Add(shortcut);
        }

        private void Node(string op, (string Name, Tensor? Value)[] initialisers, params AttributeProto[] attributes)
        {
            var name = FormattableString.Invariant($"{op.ToLowerInvariant()}{_graph.Node.Count}");
            var node = new NodeProto { OpType = op, Name = name, Input = { _last }, Output = { name + ".out" }, Attribute = { attributes } };
            foreach (var (part, value) in initialisers)
            {
                if (value is not null)
                {
                    _graph.Initializer.Add(TensorWriter.Write($"{name}.{part}", value));
                    node.Input.Add($"{name}.{part}");
                }
            }

            _graph.Node.Add(node);
            _last = name + ".out";
        }

        private static ValueInfoProto Value(string name, IEnumerable<long> shape)
        {
            var dimensions = new TensorShapeProto { Dim = { new TensorShapeProto.Types.Dimension { DimParam = "batch" } } };
            dimensions.Dim.Add(shape.Select(size => new TensorShapeProto.Types.Dimension { DimValue = size }));
            return new ValueInfoProto
            {
                Name = name,
                Type = new TypeProto
                {
                    TensorType = new TypeProto.Types.Tensor { ElemType = (int)TensorProto.Types.DataType.Float, Shape = dimensions },
                },
            };
        }

        private static AttributeProto Ints(string name, params long[] values) =>
            new() { Name = name, Type = AttributeProto.Types.AttributeType.Ints, Ints = { values } };

        private static AttributeProto Int(string name, long value) =>
            new() { Name = name, Type = AttributeProto.Types.AttributeType.Int, I = value };

        private static AttributeProto Float(string name, double value) =>
            new() { Name = name, Type = AttributeProto.Types.AttributeType.Float, F = (float)value };
    }
}
