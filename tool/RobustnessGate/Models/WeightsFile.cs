using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text.Json;
using RobustnessGate.Gating;
using static TorchSharp.torch;

namespace RobustnessGate.Models;

/// <summary>
/// Reads weights: safetensors, and the format in which TorchSharp saves modules. Every size is compared with the bytes
/// that are there before anything is allocated.
/// </summary>
internal static class WeightsFile
{
    private const int MaxDimensions = 16;

    /// <exception cref="MistakeException">RG0402 a pickle, RG0403 missing, RG0421 damaged or of an unknown format.</exception>
    public static StateDictionary Read(string path)
    {
        var display = ShownPath.Of(path);
        if (!File.Exists(path))
        {
            throw MistakeException.InFile("RG0403", display, "the weights file does not exist. Paths are relative to the policy file.");
        }

        return Read(File.ReadAllBytes(path), display);
    }

    /// <param name="display">What messages call the file; its extension decides the format.</param>
    public static StateDictionary Read(byte[] bytes, string display)
    {
        if (LfsPointer.Is(bytes))
        {
            throw MistakeException.InFile("RG0421", display, LfsPointer.Advice);
        }

        var entries = new Dictionary<string, Tensor>(StringComparer.Ordinal);
        try
        {
            switch (Path.GetExtension(display).ToLowerInvariant())
            {
                case ".safetensors":
                    SafeTensors(bytes, entries);
                    break;
                case ".dat":
                    TorchSharpModule(bytes, entries);
                    break;
                default:
                    throw bytes is [0x80, >= 2 and <= 5, ..] or [(byte)'P', (byte)'K', 3, 4, ..]
                        ? ModelFormats.Pickle(display)
                        : MistakeException.InFile("RG0421", display, "weights are read from .safetensors, or from a .dat that TorchSharp's Module.save wrote.");
            }
        }
        catch (Exception exception)
        {
            foreach (var tensor in entries.Values)
            {
                tensor.Dispose();
            }

            if (exception is InvalidDataException or EndOfStreamException or JsonException or FormatException or InvalidOperationException or KeyNotFoundException)
            {
                throw MistakeException.InFile("RG0421", display, $"the weights cannot be read: {exception.Message} Save them again.");
            }

            throw;
        }

        return new StateDictionary(display, SHA256.HashData(bytes), entries);
    }

    /// <summary>Length of a JSON header (8 bytes, little-endian), the header, the data.</summary>
    private static void SafeTensors(byte[] bytes, Dictionary<string, Tensor> entries)
    {
        var length = bytes.Length < 8 ? ulong.MaxValue : BinaryPrimitives.ReadUInt64LittleEndian(bytes);
        if (length > (ulong)bytes.Length - 8)
        {
            throw new InvalidDataException("The header is longer than the file.");
        }

        var data = bytes.AsMemory(8 + (int)length);
        using var header = JsonDocument.Parse(bytes.AsMemory(8, (int)length));
        foreach (var entry in header.RootElement.EnumerateObject().Where(entry => entry.Name != "__metadata__"))
        {
            long[] shape = [.. entry.Value.GetProperty("shape").EnumerateArray().Select(size => size.GetInt64())];
            var offsets = entry.Value.GetProperty("data_offsets").EnumerateArray().Select(offset => offset.GetInt64()).ToArray();
            if (offsets is not [var begin, var end] || begin < 0 || end < begin || end > data.Length)
            {
                throw new InvalidDataException($"'{entry.Name}' lies outside the data.");
            }

            var tensor = Tensor(entry.Name, SafeType(entry.Value.GetProperty("dtype").GetString()), shape, data[(int)begin..(int)end].Span);
            Add(entries, entry.Name, tensor);
        }
    }

    private static ScalarType SafeType(string? type) => type switch
    {
        "F64" => ScalarType.Float64,
        "F32" => ScalarType.Float32,
        "F16" => ScalarType.Float16,
        "BF16" => ScalarType.BFloat16,
        "I64" => ScalarType.Int64,
        "I32" => ScalarType.Int32,
        "I16" => ScalarType.Int16,
        "I8" => ScalarType.Int8,
        "U8" => ScalarType.Byte,
        "BOOL" => ScalarType.Bool,
        _ => throw new InvalidDataException($"Elements of type {type} are not known."),
    };

    /// <summary>Number of entries; then for each its name, element type, rank, dimensions and bytes; whole numbers as LEB128.</summary>
    private static void TorchSharpModule(byte[] bytes, Dictionary<string, Tensor> entries)
    {
        using var stream = new MemoryStream(bytes);
        using var reader = new BinaryReader(stream);
        for (var left = reader.Read7BitEncodedInt64(); left > 0; left--)
        {
            var name = reader.ReadString();
            var type = (ScalarType)reader.Read7BitEncodedInt64();
            var shape = new long[Rank(name, reader.Read7BitEncodedInt64())];
            for (var i = 0; i < shape.Length; i++)
            {
                shape[i] = reader.Read7BitEncodedInt64();
            }

            var size = Size(name, type, shape);
            if (size > stream.Length - stream.Position)
            {
                throw new InvalidDataException($"'{name}' is longer than the file.");
            }

            Add(entries, name, Tensor(name, type, shape, reader.ReadBytes((int)size)));
        }
    }

    private static long Rank(string name, long rank) =>
        rank is >= 0 and <= MaxDimensions ? rank : throw new InvalidDataException($"'{name}' claims {rank} dimensions.");

    private static void Add(Dictionary<string, Tensor> entries, string name, Tensor tensor)
    {
        if (!entries.TryAdd(name, tensor))
        {
            tensor.Dispose();
            throw new InvalidDataException($"'{name}' occurs twice.");
        }
    }

    /// <summary>Bytes that a tensor takes; refused where no file could hold them.</summary>
    private static long Size(string name, ScalarType type, long[] shape)
    {
        if (type is not (ScalarType.Float64 or ScalarType.Float32 or ScalarType.Float16 or ScalarType.BFloat16
            or ScalarType.Int64 or ScalarType.Int32 or ScalarType.Int16 or ScalarType.Int8 or ScalarType.Byte or ScalarType.Bool))
        {
            throw new InvalidDataException($"'{name}' has elements of type number {(int)type}, which is not known.");
        }

        var size = shape.Aggregate((double)Onnx.ElementTypes.Size(type), (product, dimension) => dimension < 0 ? double.NaN : product * dimension);
        return size <= int.MaxValue ? (long)size : throw new InvalidDataException($"'{name}' claims the shape [{string.Join(", ", shape)}].");
    }

    private static Tensor Tensor(string name, ScalarType type, long[] shape, ReadOnlySpan<byte> bytes)
    {
        if (shape.Length > MaxDimensions || Size(name, type, shape) != bytes.Length)
        {
            throw new InvalidDataException($"'{name}' has {bytes.Length} bytes, which is not [{string.Join(", ", shape)}] elements.");
        }

        var tensor = empty(shape, dtype: type, device: CPU);
        if (bytes.Length > 0)
        {
            bytes.CopyTo(tensor.bytes);
        }

        return tensor.DetachFromDisposeScope();
    }
}
