using System.Buffers.Binary;
using System.IO.Compression;

namespace RobustnessGate.Drawing;

/// <summary>PNG files (ISO/IEC 15948) of eight bits a channel, grey or in colour, without loss and without metadata.</summary>
internal static class Png
{
    private static readonly uint[] CrcTable = [.. Enumerable.Range(0, 256).Select(i => Enumerable.Range(0, 8).Aggregate((uint)i, (c, _) => (c & 1) == 1 ? 0xedb88320 ^ (c >> 1) : c >> 1))];

    /// <summary>The file of an image.</summary>
    public static byte[] Encode(Pixels image)
    {
        using var file = new MemoryStream();
        file.Write([0x89, (byte)'P', (byte)'N', (byte)'G', 0x0d, 0x0a, 0x1a, 0x0a]);
        Span<byte> header = stackalloc byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, image.Width);
        BinaryPrimitives.WriteInt32BigEndian(header[4..], image.Height);
        (header[8], header[9]) = (8, (byte)(image.Channels == 3 ? 2 : 0));
        header[10..].Clear();
        Chunk(file, "IHDR"u8, header);
        Chunk(file, "IDAT"u8, Compressed(image));
        Chunk(file, "IEND"u8, []);
        return file.ToArray();
    }

    /// <summary>Scan lines, each without a filter: their first byte says so.</summary>
    private static byte[] Compressed(Pixels image)
    {
        using var data = new MemoryStream();
        using (var zlib = new ZLibStream(data, CompressionLevel.SmallestSize))
        {
            var line = image.Width * image.Channels;
            for (var row = 0; row < image.Height; row++)
            {
                zlib.WriteByte(0);
                zlib.Write(image.Bytes.AsSpan().Slice(row * line, line));
            }
        }

        return data.ToArray();
    }

    private static void Chunk(Stream file, ReadOnlySpan<byte> type, ReadOnlySpan<byte> data)
    {
        Span<byte> number = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(number, data.Length);
        file.Write(number);
        file.Write(type);
        file.Write(data);
        BinaryPrimitives.WriteUInt32BigEndian(number, ~Crc(data, Crc(type, 0xffffffff)));
        file.Write(number);
    }

    private static uint Crc(ReadOnlySpan<byte> data, uint crc)
    {
        foreach (var value in data)
        {
            crc = CrcTable[(crc ^ value) & 255] ^ (crc >> 8);
        }

        return crc;
    }
}
