using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text.Json;
using RobustnessGate.Diagnostics;
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
            throw MistakeException.InFile("RG0403", display, "the weights file does not exist. Paths are relative to the policy file." + ShownPath.Advice(path));
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

        var tensors = new Dictionary<string, Tensor>(StringComparer.Ordinal);
        foreach (var entry in Layout(bytes, display))
        {
            tensors.Add(entry.Name, entry.Read(bytes));
        }

        return new StateDictionary(display, SHA256.HashData(bytes), tensors);
    }

    /// <summary>The same file with other numbers: names, order, element types and metadata stay.</summary>
    /// <param name="values">By name, shaped as the stored ones; stored tensors without one stay.</param>
    public static byte[] WithValues(byte[] bytes, string display, IReadOnlyDictionary<string, Tensor> values)
    {
        using var scope = NewDisposeScope();
        byte[] result = [.. bytes];
        foreach (var entry in Layout(bytes, display).Where(entry => values.ContainsKey(entry.Name)))
        {
            values[entry.Name].detach().cpu().to(entry.Type).contiguous().bytes.CopyTo(result.AsSpan((int)entry.Start, (int)entry.Length));
        }

        return result;
    }

    /// <summary>Where each tensor stands, after everything that the file claims was compared with its bytes.</summary>
    private static List<Entry> Layout(byte[] bytes, string display)
    {
        try
        {
            var entries = Path.GetExtension(display).ToLowerInvariant() switch
            {
                ".safetensors" => SafeTensors(bytes),
                ".dat" => TorchSharpModule(bytes),
                _ => throw Unknown(bytes, display),
            };
            return entries.GroupBy(entry => entry.Name, StringComparer.Ordinal).FirstOrDefault(same => same.Count() > 1) is { } twice
                ? throw new InvalidDataException($"'{twice.Key}' occurs twice.")
                : entries;
        }
        catch (Exception exception) when (exception is InvalidDataException or IOException or JsonException or FormatException or InvalidOperationException or KeyNotFoundException)
        {
            throw MistakeException.InFile("RG0421", display, $"the weights cannot be read: {exception.Message} Save them again.");
        }
    }

    private static MistakeException Unknown(byte[] bytes, string display) =>
        bytes is [0x80, >= 2 and <= 5, ..] or [(byte)'P', (byte)'K', 3, 4, ..]
            ? ModelFormats.Pickle(display)
            : MistakeException.InFile("RG0421", display, "weights are read from .safetensors, or from a .dat that TorchSharp's Module.save wrote.");

    /// <summary>Length of a JSON header (8 bytes, little-endian), the header, the data.</summary>
    private static List<Entry> SafeTensors(byte[] bytes)
    {
        var length = bytes.Length < 8 ? ulong.MaxValue : BinaryPrimitives.ReadUInt64LittleEndian(bytes);
        if (bytes.Length < 8 || length > (ulong)(bytes.Length - 8))
        {
            throw new InvalidDataException("The header is longer than the file.");
        }

        var data = 8 + (long)length;
        var entries = new List<Entry>();
        using var header = JsonDocument.Parse(bytes.AsMemory(8, (int)length));
        foreach (var entry in header.RootElement.EnumerateObject().Where(entry => entry.Name != "__metadata__"))
        {
            long[] shape = [.. entry.Value.GetProperty("shape").EnumerateArray().Select(size => size.GetInt64())];
            var offsets = entry.Value.GetProperty("data_offsets").EnumerateArray().Select(offset => offset.GetInt64()).ToArray();
            if (offsets is not [var begin, var end] || begin < 0 || end < begin || end > bytes.Length - data)
            {
                throw new InvalidDataException($"'{entry.Name}' lies outside the data.");
            }

            entries.Add(new Entry(entry.Name, SafeType(entry.Value.GetProperty("dtype").GetString()), shape, data + begin, end - begin).Checked());
        }

        return entries;
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
    private static List<Entry> TorchSharpModule(byte[] bytes)
    {
        using var stream = new MemoryStream(bytes);
        using var reader = new BinaryReader(stream);
        var entries = new List<Entry>();
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

            entries.Add(new Entry(name, type, shape, stream.Position, size).Checked());
            stream.Position += size;
        }

        return entries;
    }

    private static long Rank(string name, long rank) =>
        rank is >= 0 and <= MaxDimensions ? rank : throw new InvalidDataException($"'{name}' claims {rank} dimensions.");

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

    /// <summary>One tensor of a file: where its bytes begin, and how many they are.</summary>
    private sealed record Entry(string Name, ScalarType Type, long[] Shape, long Start, long Length)
    {
        public Entry Checked() => Shape.Length <= MaxDimensions && Size(Name, Type, Shape) == Length
            ? this
            : throw new InvalidDataException($"'{Name}' has {Length} bytes, which is not [{string.Join(", ", Shape)}] elements.");

        /// <summary>The tensor, in the entry's shape and type, on the CPU.</summary>
        /// <param name="bytes">The whole file.</param>
        public Tensor Read(byte[] bytes)
        {
            var tensor = empty(Shape, dtype: Type, device: CPU);
            if (Length > 0)
            {
                bytes.AsSpan((int)Start, (int)Length).CopyTo(tensor.bytes);
            }

            return tensor.DetachFromDisposeScope();
        }
    }
}
