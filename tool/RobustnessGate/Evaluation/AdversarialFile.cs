using System.Runtime.InteropServices;
using System.Text;

namespace RobustnessGate.Evaluation;

/// <summary>
/// Judged points as a NumPy file (NPY 1.0, little-endian float32, C order) of shape (N, …input), written a row at a
/// time: it may be larger than memory.
/// </summary>
internal sealed class AdversarialFile : IDisposable
{
    private readonly FileStream _file;
    private readonly long _header;
    private readonly int _rowSize;

    public AdversarialFile(string path, int rows, IReadOnlyList<int> shape)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        _rowSize = shape.Aggregate(1, (a, b) => a * b);
        _file = new FileStream(path, FileMode.Create, FileAccess.Write);
        var header = Header(rows, shape);
        _header = header.Length;
        _file.Write(header);
        _file.SetLength(_header + ((long)rows * _rowSize * sizeof(float)));
    }

    public void Write(int row, ReadOnlySpan<float> values)
    {
        if (values.Length != _rowSize)
        {
            throw new ArgumentException($"a row has {_rowSize} values, not {values.Length}");
        }

        _file.Position = _header + ((long)row * _rowSize * sizeof(float));
        _file.Write(MemoryMarshal.AsBytes(values));
    }

    public void Dispose() => _file.Dispose();

    private static byte[] Header(int rows, IReadOnlyList<int> shape)
    {
        var dimensions = string.Join(", ", shape.Prepend(rows));
        var text = FormattableString.Invariant($"{{'descr': '<f4', 'fortran_order': False, 'shape': ({dimensions}), }}");
        // Magic, version, length and text together fill a multiple of 64 bytes, the last a line feed.
        var padded = text.PadRight((((10 + text.Length + 1 + 63) / 64) * 64) - 11) + "\n";
        return [0x93, .. "NUMPY"u8, 1, 0, (byte)padded.Length, (byte)(padded.Length >> 8), .. Encoding.ASCII.GetBytes(padded)];
    }
}
