using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using RobustnessGate.Diagnostics;

namespace RobustnessGate.Models;

/// <summary>
/// Makes sure that no tensor of a TorchScript file reaches beyond its bytes: libtorch takes the sizes that the object graph
/// claims at their word, and would read foreign memory. Reads the pickle opcodes that libtorch writes (protocol 2) and runs
/// nothing.
/// </summary>
internal sealed class StorageClaims
{
    private const char Mark = '(';
    private const string TensorFunctions = "torch._utils _rebuild_";

    /// <summary>Bytes of a number, by class of storage.</summary>
    private static readonly Dictionary<string, int> ItemSizes = new(StringComparer.Ordinal)
    {
        ["BoolStorage"] = 1, ["ByteStorage"] = 1, ["CharStorage"] = 1, ["QInt8Storage"] = 1, ["QUInt8Storage"] = 1,
        ["ShortStorage"] = 2, ["HalfStorage"] = 2, ["BFloat16Storage"] = 2,
        ["IntStorage"] = 4, ["FloatStorage"] = 4, ["QInt32Storage"] = 4,
        ["LongStorage"] = 8, ["DoubleStorage"] = 8, ["ComplexFloatStorage"] = 8, ["ComplexDoubleStorage"] = 16,
    };

    private readonly byte[] _pickle;
    private readonly Func<string, long> _recordSize;
    private readonly List<object?> _stack = [];
    private readonly Stack<int> _marks = [];
    private readonly Dictionary<int, object?> _memo = [];
    private int _at;

    private StorageClaims(byte[] pickle, Func<string, long> recordSize)
    {
        _pickle = pickle;
        _recordSize = recordSize;
    }

    /// <param name="bytes">A TorchScript archive whose entries have been checked to unpack.</param>
    /// <exception cref="MistakeException">RG0423: a tensor reaches beyond its record, or the object graph is none that libtorch writes.</exception>
    public static void Check(byte[] bytes, string display)
    {
        try
        {
            using var archive = new ZipArchive(new MemoryStream(bytes), ZipArchiveMode.Read, leaveOpen: false, Encoding.UTF8);

            // libtorch compares names without case; where two are alike, the shorter record must do.
            var sizes = archive.Entries.GroupBy(entry => entry.FullName, StringComparer.OrdinalIgnoreCase)
                .ToDictionary(group => group.Key, group => group.Min(entry => entry.Length), StringComparer.OrdinalIgnoreCase);
            foreach (var entry in archive.Entries.Where(entry => IsGraph(entry.FullName)))
            {
                using var pickle = new MemoryStream();
                using (var stream = entry.Open())
                {
                    stream.CopyTo(pickle);
                }

                var records = entry.FullName[..^".pkl".Length] + "/";
                new StorageClaims(pickle.ToArray(), key => sizes.TryGetValue(records + key, out var size)
                    ? size
                    : throw new InvalidDataException($"there is no record '{records}{key}'.")).Read();
            }
        }
        catch (Exception exception) when (exception is InvalidDataException or ArgumentException or InvalidCastException or OverflowException or InvalidOperationException)
        {
            var why = exception is InvalidDataException ? exception.Message : "its object graph is damaged.";
            throw TorchScriptArchive.Unreadable(display, why);
        }
    }

    /// <summary><c>archive/data.pkl</c> and <c>archive/constants.pkl</c>, whose records lie in the folders of their names.</summary>
    private static bool IsGraph(string name) =>
        name.EndsWith("/data.pkl", StringComparison.OrdinalIgnoreCase) || name.EndsWith("/constants.pkl", StringComparison.OrdinalIgnoreCase);

    private void Read()
    {
        while (Step())
        {
        }
    }

    /// <returns>False at the end of the pickle.</returns>
    private bool Step()
    {
        var opcode = Byte();
        switch ((char)opcode)
        {
            case '.': return false;
            case Mark: _marks.Push(_stack.Count); break;
            case 'N' or '\x88' or '\x89' or '}' or ']': _stack.Add(null); break;
            case ')': _stack.Add(Array.Empty<object?>()); break;
            case 't': _stack.Add(FromMark()); break;
            case '\x85' or '\x86' or '\x87': _stack.Add(Pop(opcode - 0x84)); break;
            case 'K': _stack.Add((long)Byte()); break;
            case 'M': _stack.Add((long)BinaryPrimitives.ReadUInt16LittleEndian(Bytes(2))); break;
            case 'J': _stack.Add((long)BinaryPrimitives.ReadInt32LittleEndian(Bytes(4))); break;
            case '\x8a': _stack.Add(Long(Bytes(Byte()))); break;
            case 'G': Bytes(8); _stack.Add(null); break;
            case 'X': _stack.Add(Encoding.UTF8.GetString(Bytes(BinaryPrimitives.ReadInt32LittleEndian(Bytes(4))))); break;
            case 'c': _stack.Add(new Name($"{Line()} {Line()}")); break;
            case 'q': _memo[Byte()] = _stack[^1]; break;
            case 'r': _memo[BinaryPrimitives.ReadInt32LittleEndian(Bytes(4))] = _stack[^1]; break;
            case 'h': _stack.Add(Remembered(Byte())); break;
            case 'j': _stack.Add(Remembered(BinaryPrimitives.ReadInt32LittleEndian(Bytes(4)))); break;
            case 'Q': _stack.Add(Claim((object?[])Pop(1)[0]!)); break;
            case 'R': Reduce(Pop(2)); break;
            case '\x81': Pop(2); _stack.Add(null); break;
            case 'a' or 'b': Pop(1); break;
            case 's': Pop(2); break;
            case 'e' or 'u': FromMark(); break;
            case 'l' or 'd': FromMark(); _stack.Add(null); break;
            case '\x80': Byte(); break;
            default: throw new InvalidDataException($"its object graph holds an opcode {opcode} that libtorch does not write.");
        }

        return true;
    }

    /// <summary>('storage', class, record, device, count): a storage, whose record must hold that many numbers.</summary>
    private Storage Claim(object?[] id)
    {
        if (id is not ["storage", Name { Text: var kind }, string key, string, long count]
            || !ItemSizes.TryGetValue(kind.Replace("torch ", "", StringComparison.Ordinal), out var itemSize))
        {
            throw new InvalidDataException("its object graph names a storage of an unknown kind.");
        }

        var size = _recordSize(key);
        return count >= 0 && checked(count * itemSize) <= size
            ? new Storage(key, count)
            : throw new InvalidDataException($"record '{key}' has {size} bytes, but its tensor claims {count} numbers of {itemSize}.");
    }

    /// <summary>A call. Only those that lay a tensor into a storage say more than that there is a value.</summary>
    private void Reduce(object?[] call)
    {
        var isTensor = call[0] is Name { Text: var function } && function.StartsWith(TensorFunctions, StringComparison.Ordinal);
        if (isTensor && call[1] is object?[] arguments)
        {
            if (arguments is not [Storage storage, long offset, object?[] sizes, object?[] strides, ..] || sizes.Length != strides.Length)
            {
                throw new InvalidDataException("its object graph holds a tensor of an unknown kind.");
            }

            // Sizes and strides are not negative, so that the last number lies farthest.
            long[] extents = [.. sizes.Select(size => (long)size!)];
            long[] steps = [.. strides.Select(stride => (long)stride!)];
            var last = checked(offset + extents.Zip(steps, (extent, step) => checked((extent - 1) * step)).Sum());
            if (offset < 0 || extents.Any(extent => extent < 0) || steps.Any(step => step < 0)
                || (!extents.Contains(0) && last >= storage.Count))
            {
                throw new InvalidDataException($"a tensor reaches beyond the {storage.Count} numbers of record '{storage.Key}'.");
            }
        }

        _stack.Add(null);
    }

    private object? Remembered(int key) =>
        _memo.TryGetValue(key, out var value) ? value : throw new InvalidDataException("its object graph refers to what it does not hold.");

    private object?[] FromMark() => Pop(_stack.Count - _marks.Pop());

    private object?[] Pop(int count)
    {
        object?[] top = [.. _stack.GetRange(_stack.Count - count, count)];
        _stack.RemoveRange(_stack.Count - count, count);
        return top;
    }

    private byte Byte() => Bytes(1)[0];

    private ReadOnlySpan<byte> Bytes(int count)
    {
        var bytes = _pickle.AsSpan(_at, count);
        _at += count;
        return bytes;
    }

    private string Line()
    {
        var length = _pickle.AsSpan(_at).IndexOf((byte)'\n');
        var text = Encoding.UTF8.GetString(Bytes(length));
        _at++;
        return text;
    }

    /// <summary>Little-endian two's complement of at most 8 bytes.</summary>
    private static long Long(ReadOnlySpan<byte> bytes) =>
        bytes.Length <= sizeof(long)
            ? (long)new System.Numerics.BigInteger(bytes)
            : throw new InvalidDataException("its object graph holds a number beyond 64 bits.");

    /// <summary>A class or function, as "module name".</summary>
    private sealed record Name(string Text);

    private sealed record Storage(string Key, long Count);
}
