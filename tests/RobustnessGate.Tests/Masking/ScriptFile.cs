using System.Buffers.Binary;
using System.IO.Compression;
using System.Runtime.InteropServices;
using System.Text;

namespace RobustnessGate.Tests.Masking;

/// <summary>
/// Writes TorchScript archives without PyTorch: a class of one module, its tensors, and the script of its methods. The object
/// graph is a pickle of protocol 2, of the opcodes that libtorch itself writes.
/// </summary>
internal static class ScriptFile
{
    private const string Root = "archive";

    /// <param name="tensors">Attributes with their shapes, as float32.</param>
    /// <param name="methods">Methods in TorchScript, indented by two spaces.</param>
    /// <param name="state">Attributes that the module may write: names with whole numbers.</param>
    public static byte[] Write(IReadOnlyList<(string Name, long[] Shape, float[] Values)> tensors, string methods, params (string Name, int Value)[] state)
    {
        var text = new StringBuilder("class Net(Module):\n  __parameters__ = []\n  __buffers__ = []\n  training : bool\n");
        foreach (var (name, _, _) in tensors)
        {
            text.Append("  ").Append(name).Append(" : Tensor\n");
        }

        foreach (var (name, _) in state)
        {
            text.Append("  ").Append(name).Append(" : int\n");
        }

        text.Append(methods.ReplaceLineEndings("\n").TrimEnd()).Append('\n');
        using var file = new MemoryStream();
        using (var archive = new ZipArchive(file, ZipArchiveMode.Create, leaveOpen: true))
        {
            Add(archive, "code/__torch__.py", Encoding.UTF8.GetBytes(text.ToString()));
            Add(archive, "data.pkl", Pickle(tensors, state));
            Add(archive, "constants.pkl", [0x80, 2, (byte)')', (byte)'.']);
            Add(archive, "version", "3\n"u8.ToArray());
            for (var i = 0; i < tensors.Count; i++)
            {
                Add(archive, $"data/{i}", MemoryMarshal.AsBytes(tensors[i].Values.AsSpan()).ToArray());
            }
        }

        return file.ToArray();
    }

    private static void Add(ZipArchive archive, string name, byte[] bytes)
    {
        using var stream = archive.CreateEntry($"{Root}/{name}", CompressionLevel.NoCompression).Open();
        stream.Write(bytes);
    }

    private static byte[] Pickle(IReadOnlyList<(string Name, long[] Shape, float[] Values)> tensors, (string Name, int Value)[] state)
    {
        var pickle = new MemoryStream();
        Raw(pickle, "\u0080\u0002c__torch__\nNet\n)\u0081}(");
        Text(pickle, "training");
        Raw(pickle, "\u0089");
        for (var i = 0; i < tensors.Count; i++)
        {
            var (name, shape, values) = tensors[i];
            Text(pickle, name);
            Raw(pickle, "ctorch._utils\n_rebuild_tensor_v2\n((");
            Text(pickle, "storage");
            Raw(pickle, "ctorch\nFloatStorage\n");
            Text(pickle, FormattableString.Invariant($"{i}"));
            Text(pickle, "cpu");
            Number(pickle, values.Length);
            Raw(pickle, "tQ");
            Number(pickle, 0);
            Tuple(pickle, shape);
            Tuple(pickle, [.. shape.Select((_, at) => shape.Skip(at + 1).Aggregate(1L, (a, b) => a * b))]);
            Raw(pickle, "\u0089ccollections\nOrderedDict\n)RtR");
        }

        foreach (var (name, value) in state)
        {
            Text(pickle, name);
            Number(pickle, value);
        }

        Raw(pickle, "ub.");
        return pickle.ToArray();
    }

    private static void Raw(MemoryStream pickle, string latin) => pickle.Write(Encoding.Latin1.GetBytes(latin));

    private static void Text(MemoryStream pickle, string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        pickle.WriteByte((byte)'X');
        Four(pickle, bytes.Length);
        pickle.Write(bytes);
    }

    private static void Number(MemoryStream pickle, long value)
    {
        pickle.WriteByte((byte)'J');
        Four(pickle, (int)value);
    }

    private static void Tuple(MemoryStream pickle, long[] values)
    {
        Raw(pickle, "(");
        foreach (var value in values)
        {
            Number(pickle, value);
        }

        Raw(pickle, "t");
    }

    private static void Four(MemoryStream pickle, int value)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, value);
        pickle.Write(bytes);
    }
}
