using Google.Protobuf;
using RobustnessGate.Models.Onnx.Proto;
using TorchSharp;
using static TorchSharp.torch;

namespace RobustnessGate.Models.Onnx;

/// <summary>
/// Puts new initialisers into an ONNX file. Works on the wire format: every byte outside the replaced tensors stays,
/// fields that this version does not know included.
/// </summary>
internal static class OnnxRewriter
{
    private static readonly uint Graph = WireFormat.MakeTag(ModelProto.GraphFieldNumber, WireFormat.WireType.LengthDelimited);
    private static readonly uint Initializer = WireFormat.MakeTag(GraphProto.InitializerFieldNumber, WireFormat.WireType.LengthDelimited);

    /// <param name="original">The file's bytes.</param>
    /// <param name="values">New values by initialiser name, shaped as the old ones; stored in the old element type.</param>
    /// <exception cref="ArgumentException">A name that the file lacks, or another shape.</exception>
    public static byte[] WithInitialisers(byte[] original, IReadOnlyDictionary<string, Tensor> values)
    {
        var left = values.Keys.ToHashSet(StringComparer.Ordinal);
        var result = Replace(original, Graph, graph => Replace(graph, Initializer, tensor => Rewritten(tensor, values, left)));
        return left.Count == 0
            ? result
            : throw new ArgumentException($"the file has no initialiser named {string.Join(", ", left.Order(StringComparer.Ordinal))}", nameof(values));
    }

    private static byte[] Rewritten(byte[] tensor, IReadOnlyDictionary<string, Tensor> values, HashSet<string> left)
    {
        var proto = TensorProto.Parser.ParseFrom(tensor);
        if (!values.TryGetValue(proto.Name, out var value))
        {
            return tensor;
        }

        if (!proto.Dims.SequenceEqual(value.shape))
        {
            throw new ArgumentException(
                $"initialiser '{proto.Name}' has the shape [{string.Join(", ", proto.Dims)}], not [{string.Join(", ", value.shape)}]", nameof(values));
        }

        left.Remove(proto.Name);
        var stored = TensorWriter.Write(proto.Name, value, (TensorProto.Types.DataType)proto.DataType);
        proto.FloatData.Clear();
        proto.Int32Data.Clear();
        proto.DoubleData.Clear();
        proto.ExternalData.Clear();
        proto.ClearDataLocation();
        proto.RawData = stored.RawData;
        return proto.ToByteArray();
    }

    /// <summary>Copies a message field by field; the bytes of fields with one tag go through a function.</summary>
    private static byte[] Replace(byte[] message, uint tag, Func<byte[], byte[]> change)
    {
        using var result = new MemoryStream(message.Length);
        var input = new CodedInputStream(message);
        var copied = 0;
        for (uint read; (read = input.ReadTag()) != 0;)
        {
            if (read != tag)
            {
                input.SkipLastField();
                continue;
            }

            var start = (int)input.Position;
            var old = input.ReadBytes().ToByteArray();
            var changed = change(old);
            if (!ReferenceEquals(old, changed))
            {
                result.Write(message, copied, start - copied);
                WriteLengthPrefixed(result, changed);
                copied = (int)input.Position;
            }
        }

        if (copied == 0)
        {
            return message;
        }

        result.Write(message, copied, message.Length - copied);
        return result.ToArray();
    }

    private static void WriteLengthPrefixed(Stream stream, byte[] bytes)
    {
        var output = new CodedOutputStream(stream, leaveOpen: true);
        output.WriteLength(bytes.Length);
        output.Flush();
        stream.Write(bytes);
    }
}
