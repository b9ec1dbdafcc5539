using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using RobustnessGate.Models.Onnx.Proto;

namespace RobustnessGate.Models.Onnx;

/// <summary>Weights kept in files beside the model. Only files inside the model's own folder are opened.</summary>
/// <param name="folder">The model's folder.</param>
internal sealed class ExternalData(string folder) : IDisposable
{
    private readonly IncrementalHash _read = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private bool _any;

    /// <summary>SHA-256 of all bytes read so far, in the order of the tensors; null where nothing was read.</summary>
    public byte[]? Digest => _any ? _read.GetCurrentHash() : null;

    private readonly string _root = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder)) + Path.DirectorySeparatorChar;

    /// <exception cref="ExternalDataException">Outside the folder, absent, or shorter than the tensor.</exception>
    public byte[] Read(TensorProto tensor, long size)
    {
        var path = Resolve(tensor);
        var offset = Number(tensor, "offset") ?? 0;
        var length = Number(tensor, "length") ?? size;
        if (size > 0 && new FileInfo(path).Length == 0)
        {
            // Pipes and devices have no length, and reading them may never end.
            throw new ExternalDataException($"tensor '{tensor.Name}' is in '{Location(tensor)}', which is empty or no ordinary file");
        }

        using var stream = File.OpenRead(path);
        if (length != size)
        {
            throw new ExternalDataException($"tensor '{tensor.Name}' needs {size} bytes, but its entry 'length' says {length}");
        }

        if (offset < 0 || offset > stream.Length - size)
        {
            throw new ExternalDataException(
                $"tensor '{tensor.Name}' needs {size} bytes at offset {offset} of '{Location(tensor)}', which has {stream.Length}");
        }

        var bytes = new byte[size];
        stream.Seek(offset, SeekOrigin.Begin);
        stream.ReadExactly(bytes);
        _read.AppendData(bytes);
        _any = true;
        return bytes;
    }

    /// <summary>
    /// Every location that a serialised model names, wherever its tensor stands: in the graph, an attribute, a function.
    /// Found as an entry of key and value, without reading the model as a whole; bytes of weights may look like one.
    /// </summary>
    public static IEnumerable<string> Named(byte[] model)
    {
        var names = new SortedSet<string>(StringComparer.Ordinal);
        for (var at = 0; model.AsSpan(at).IndexOf(LocationEntry) is >= 0 and var found;)
        {
            at += found + LocationEntry.Length;
            var (length, size) = Length(model.AsSpan(at));
            if (length > 0 && length <= model.Length - at - size)
            {
                names.Add(Encoding.UTF8.GetString(model, at + size, length));
            }
        }

        return names.Where(name => !name.Contains('\0'));
    }

    /// <summary>Field 1 "location", then the tag of field 2.</summary>
    private static ReadOnlySpan<byte> LocationEntry => "\n\blocation\u0012"u8;

    /// <summary>A varint of at most two bytes, for paths are shorter than 16 KiB; 0 where it is none.</summary>
    private static (int Value, int Size) Length(ReadOnlySpan<byte> bytes) => bytes switch
    {
        [< 0x80 and var one, ..] => (one, 1),
        [var low, < 0x80 and var high, ..] => ((low & 0x7F) | (high << 7), 2),
        _ => (0, 0),
    };

    public void Dispose() => _read.Dispose();

    private string Resolve(TensorProto tensor)
    {
        var location = Location(tensor);
        var path = location.Contains('\0') ? "" : Path.GetFullPath(Path.Combine(_root, location));
        if (location.Length == 0 || !path.StartsWith(_root, StringComparison.Ordinal))
        {
            throw new ExternalDataException($"tensor '{tensor.Name}' points outside the model's folder: '{location}'");
        }

        // A link inside the folder may lead out of it.
        for (var part = path; part.Length > _root.Length; part = Path.GetDirectoryName(part)!)
        {
            if (new FileInfo(part).LinkTarget is not null)
            {
                throw new ExternalDataException($"tensor '{tensor.Name}' goes through the link '{location}'");
            }
        }

        return File.Exists(path)
            ? path
            : throw new ExternalDataException($"tensor '{tensor.Name}' is in '{location}', which does not exist beside the model");
    }

    private static string Location(TensorProto tensor) => Entry(tensor, "location") ?? "";

    private static long? Number(TensorProto tensor, string key) => Entry(tensor, key) switch
    {
        null => null,
        var text when long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) => value,
        var text => throw new ExternalDataException($"tensor '{tensor.Name}' has {key} '{text}', not a number"),
    };

    private static string? Entry(TensorProto tensor, string key) =>
        tensor.ExternalData.FirstOrDefault(entry => entry.Key == key)?.Value;
}

/// <summary>Data beside the model cannot be read, or must not be.</summary>
internal sealed class ExternalDataException(string message) : Exception(message);
