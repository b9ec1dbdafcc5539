using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using ICSharpCode.SharpZipLib.Checksum;

namespace RobustnessGate.Tests.Samples;

/// <summary>Writes small PNG and JPEG files from their specifications.</summary>
public static class ImageFiles
{
    /// <param name="colour">PNG colour type: 0 grey, 2 RGB, 4 grey and alpha, 6 RGBA.</param>
    /// <param name="rows">Pixel bytes, rows one after the other, without filter bytes.</param>
    public static byte[] Png(int width, int height, byte colour, byte[] rows, byte depth = 8)
    {
        using var packed = new MemoryStream();
        using (var zlib = new ZLibStream(packed, CompressionLevel.Optimal))
        {
            foreach (var row in rows.Chunk(rows.Length / height))
            {
                zlib.WriteByte(0);
                zlib.Write(row);
            }
        }

        return PngOf(width, height, colour, packed.ToArray(), depth);
    }

    /// <param name="data">What stands in the IDAT chunk, fit or unfit for the size.</param>
    public static byte[] PngOf(long width, long height, byte colour, byte[] data, byte depth = 8)
    {
        var header = new byte[13];
        BinaryPrimitives.WriteUInt32BigEndian(header, (uint)width);
        BinaryPrimitives.WriteUInt32BigEndian(header.AsSpan(4), (uint)height);
        (header[8], header[9]) = (depth, colour);
        return [0x89, .. "PNG\r\n\u001a\n"u8, .. Chunk("IHDR", header), .. Chunk("IDAT", data), .. Chunk("IEND", [])];
    }

    /// <summary>A grey 8×8 baseline JPEG of one level: a single DC coefficient, exact under any inverse transform.</summary>
    public static byte[] Jpeg(byte level)
    {
        // Quantiser 8, so that the DC coefficient is the level itself; twelve Huffman codes of four bits for DC, one for "end of block".
        byte[] quantiser = [0xff, 0xdb, 0, 67, 0, .. Enumerable.Repeat((byte)8, 64)];
        byte[] frame = [0xff, 0xc0, 0, 11, 8, 0, 8, 0, 8, 1, 1, 0x11, 0];
        byte[] dc = [0xff, 0xc4, 0, 31, 0x00, 0, 0, 0, 12, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, .. Enumerable.Range(0, 12).Select(v => (byte)v)];
        byte[] ac = [0xff, 0xc4, 0, 20, 0x10, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x00];
        byte[] scan = [0xff, 0xda, 0, 8, 1, 1, 0x00, 0, 63, 0];
        return [0xff, 0xd8, .. quantiser, .. frame, .. dc, .. ac, .. scan, .. Entropy(level - 128), 0xff, 0xd9];
    }

    private static byte[] Entropy(int dc)
    {
        var size = dc == 0 ? 0 : 32 - System.Numerics.BitOperations.LeadingZeroCount((uint)Math.Abs(dc));
        var bits = Convert.ToString(size, 2).PadLeft(4, '0');
        if (size > 0)
        {
            bits += Convert.ToString(dc > 0 ? dc : dc + (1 << size) - 1, 2).PadLeft(size, '0');
        }

        bits += "0";
        bits = bits.PadRight((bits.Length + 7) / 8 * 8, '1');
        return [.. bits.Chunk(8).Select(b => Convert.ToByte(new string(b), 2)).SelectMany(b => b == 0xff ? new byte[] { 0xff, 0 } : [b])];
    }

    private static byte[] Chunk(string type, byte[] data)
    {
        byte[] body = [.. Encoding.ASCII.GetBytes(type), .. data];
        var crc = new Crc32();
        crc.Update(new ArraySegment<byte>(body));
        return [.. BigEndian(data.Length), .. body, .. BigEndian((int)crc.Value)];
    }

    private static byte[] BigEndian(int value)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(bytes, value);
        return bytes;
    }
}
