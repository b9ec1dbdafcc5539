using Google.Protobuf;
using RobustnessGate.Models.Onnx;
using RobustnessGate.Models.Onnx.Proto;
using TorchSharp;
using static TorchSharp.torch;
using DataType = RobustnessGate.Models.Onnx.Proto.TensorProto.Types.DataType;

namespace RobustnessGate.Tests.Models;

/// <summary>Builds small ONNX graphs node by node. −1 in a shape is a free dimension.</summary>
internal sealed class Graphs
{
    public ModelProto Model { get; }

    /// <param name="output">No dimensions: the output declares no shape.</param>
    public Graphs(int opset, long[] input, params long[] output)
    {
        Model = new ModelProto
        {
            IrVersion = opset < 10 ? 4 : opset < 15 ? 7 : opset < 19 ? 8 : opset < 21 ? 9 : 10,
            Graph = new GraphProto { Name = "g", Input = { Value("x", input) }, Output = { Value("y", output) } },
            OpsetImport = { new OperatorSetIdProto { Domain = "", Version = opset } },
        };
    }

    /// <summary>A node from names to names; attributes are ints, floats, strings, or arrays of the first two.</summary>
    public Graphs Node(string op, string inputs, string outputs, params (string Name, object Value)[] attributes)
    {
        var node = new NodeProto { OpType = op, Name = FormattableString.Invariant($"n{Model.Graph.Node.Count}") };
        node.Input.Add(inputs.Length == 0 ? [] : inputs.Split(','));
        node.Output.Add(outputs.Split(','));
        node.Attribute.Add(attributes.Select(attribute => Attribute(attribute.Name, attribute.Value)));
        Model.Graph.Node.Add(node);
        return this;
    }

    public Graphs Initialiser(string name, Tensor value, DataType type = DataType.Float)
    {
        Model.Graph.Initializer.Add(TensorWriter.Write(name, value, type));
        return this;
    }

    public Graphs Integers(string name, params long[] values)
    {
        Model.Graph.Initializer.Add(new TensorProto { Name = name, DataType = (int)DataType.Int64, Dims = { values.Length }, Int64Data = { values } });
        return this;
    }

    public byte[] Bytes() => Model.ToByteArray();

    public OnnxNetwork Read(OnnxOptions? options = null) => OnnxNetwork.Parse(Bytes(), "g.onnx", options);

    public static AttributeProto Attribute(string name, object value) => value switch
    {
        int i => new AttributeProto { Name = name, Type = AttributeProto.Types.AttributeType.Int, I = i },
        double f => new AttributeProto { Name = name, Type = AttributeProto.Types.AttributeType.Float, F = (float)f },
        string s => new AttributeProto { Name = name, Type = AttributeProto.Types.AttributeType.String, S = ByteString.CopyFromUtf8(s) },
        int[] ints => new AttributeProto { Name = name, Type = AttributeProto.Types.AttributeType.Ints, Ints = { ints.Select(i => (long)i) } },
        double[] floats => new AttributeProto { Name = name, Type = AttributeProto.Types.AttributeType.Floats, Floats = { floats.Select(f => (float)f) } },
        TensorProto tensor => new AttributeProto { Name = name, Type = AttributeProto.Types.AttributeType.Tensor, T = tensor },
        _ => throw new ArgumentOutOfRangeException(nameof(value)),
    };

    public static ValueInfoProto Value(string name, long[] shape, DataType type = DataType.Float)
    {
        var dimensions = new TensorShapeProto();
        dimensions.Dim.Add(shape.Select(size => size < 0
            ? new TensorShapeProto.Types.Dimension { DimParam = "N" }
            : new TensorShapeProto.Types.Dimension { DimValue = size }));
        var tensorType = new TypeProto.Types.Tensor { ElemType = (int)type };
        if (shape.Length > 0)
        {
            tensorType.Shape = dimensions;
        }

        return new ValueInfoProto { Name = name, Type = new TypeProto { TensorType = tensorType } };
    }
}
