using System.Buffers.Binary;
using System.Runtime.InteropServices;
using RobustnessGate.Models.Onnx.Proto;
using static TorchSharp.torch;

namespace RobustnessGate.Models.Onnx;

/// <summary>Turns a stored tensor into a value. Sizes are compared with the bytes that are there before anything is allocated.</summary>
/// <param name="external">Reads data kept beside the model; null where there is no folder to look in.</param>
internal sealed class TensorReader(ExternalData? external)
{
    /// <returns>In the shape that is stored; integers stay managed where they are few.</returns>
    /// <exception cref="UnsupportedException">An element type that the engine lacks.</exception>
    /// <exception cref="InvalidDataException">The tensor contradicts itself.</exception>
    public Value Read(TensorProto proto)
    {
        var type = ElementTypes.Native(proto.DataType);
        long[] shape = [.. proto.Dims];
        var count = Count(proto, shape);
        var bytes = Bytes(proto, type, count);
        if (type == ScalarType.Int64 && count <= Value.MaxManaged)
        {
            return new Value(MemoryMarshal.Cast<byte, long>(bytes).ToArray(), shape);
        }

        var tensor = empty(shape, dtype: type, device: CPU);
        if (count > 0)
        {
            bytes.CopyTo(tensor.bytes);
        }

        return new Value(tensor);
    }

    private static long Count(TensorProto proto, long[] shape)
    {
        var count = 1.0;
        foreach (var dimension in shape)
        {
            count *= dimension >= 0 ? dimension : throw Broken(proto, $"has a dimension of {dimension}");
        }

        return count <= Limits.Elements ? (long)count : throw Broken(proto, $"claims {string.Join('×', shape)} elements");
    }

    /// <summary>The elements as little-endian bytes, whichever of the format's fields holds them.</summary>
    private ReadOnlySpan<byte> Bytes(TensorProto proto, ScalarType type, long count)
    {
        var size = count * ElementTypes.Size(type);
        if (proto.DataLocation == TensorProto.Types.DataLocation.External)
        {
            return external is null
                ? throw Broken(proto, "keeps its data outside the file")
                : external.Read(proto, size);
        }

        if (proto.HasRawData)
        {
            return proto.RawData.Length == size
                ? proto.RawData.Span
                : throw Broken(proto, $"should hold {size} bytes but holds {proto.RawData.Length}");
        }

        var bytes = Typed(proto, type);
        return bytes.Length == size
            ? bytes
            : throw Broken(proto, $"should hold {count} elements but holds {bytes.Length / ElementTypes.Size(type)}");
    }

    private static byte[] Typed(TensorProto proto, ScalarType type) => type switch
    {
        ScalarType.Float32 => MemoryMarshal.AsBytes<float>(proto.FloatData.ToArray()).ToArray(),
        ScalarType.Float64 => MemoryMarshal.AsBytes<double>(proto.DoubleData.ToArray()).ToArray(),
        ScalarType.Int64 => MemoryMarshal.AsBytes<long>(proto.Int64Data.ToArray()).ToArray(),
        _ => Narrow(proto, ElementTypes.Size(type)),
    };

    /// <summary>Types of up to 32 bits share one field, an int32 an element.</summary>
    private static byte[] Narrow(TensorProto proto, int size)
    {
        var bytes = new byte[proto.Int32Data.Count * size];
        Span<byte> word = stackalloc byte[4];
        for (var i = 0; i < proto.Int32Data.Count; i++)
        {
            BinaryPrimitives.WriteInt32LittleEndian(word, proto.Int32Data[i]);
            word[..size].CopyTo(bytes.AsSpan(i * size));
        }

        return bytes;
    }

    private static InvalidDataException Broken(TensorProto proto, string why) => new($"tensor '{proto.Name}' {why}");
}
