using System.Buffers.Binary;
using System.IO.Compression;

namespace RobustnessGate.Samples;

/// <summary>
/// Unpacks gzip and notices a file that was cut short: the platform's stream ends silently there. The last four bytes of
/// the file give the length of its last member (RFC 1952), so fewer bytes than that cannot be all.
/// </summary>
internal sealed class WholeGzipStream : GZipStream
{
    private readonly uint _declared;
    private long _read;

    public WholeGzipStream(FileStream file)
        : base(file, CompressionMode.Decompress)
    {
        Span<byte> trailer = stackalloc byte[4];
        if (file.Length >= trailer.Length)
        {
            file.Seek(-trailer.Length, SeekOrigin.End);
            file.ReadExactly(trailer);
            file.Position = 0;
        }

        _declared = BinaryPrimitives.ReadUInt32LittleEndian(trailer);
    }

    // Of a derived stream, the platform routes reads into spans through this overload.
    public override int Read(byte[] buffer, int offset, int count)
    {
        var read = base.Read(buffer, offset, count);
        return read > 0 || count == 0 ? Count(read) : End();
    }

    public override int ReadByte()
    {
        var one = new byte[1];
        return Read(one, 0, 1) == 1 ? one[0] : -1;
    }

    private int Count(int read)
    {
        _read += read;
        return read;
    }

    private int End() => _read >= _declared ? 0 : throw new EndOfStreamException();
}
