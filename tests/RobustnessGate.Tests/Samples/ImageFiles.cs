using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using ICSharpCode.SharpZipLib.Checksum;

namespace RobustnessGate.Tests.Samples;

/// <summary>Writes small image files from their specifications.</summary>
internal static class ImageFiles
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

    /// <summary>A BMP of 24 bits, rows from the bottom up and padded to four bytes.</summary>
    /// <param name="colours">(height, width, 3) as red, green, blue.</param>
    public static byte[] Bmp(int width, int height, byte[] colours)
    {
        var rows = Enumerable.Range(0, height).Reverse().SelectMany(y => Enumerable.Range(0, width)
            .SelectMany(x => colours.AsSpan(((y * width) + x) * 3, 3).ToArray().Reverse()).Concat(new byte[(4 - (width * 3 % 4)) % 4])).ToArray();
        return
        [
            .. "BM"u8, .. Little(54 + rows.Length), 0, 0, 0, 0, .. Little(54),
            .. Little(40), .. Little(width), .. Little(height), 1, 0, 24, 0, .. Little(0), .. Little(rows.Length), .. Little(0), .. Little(0), .. Little(0), .. Little(0), .. rows,
        ];
    }

    /// <summary>A GIF with the grey levels 0 to 127 as its palette: codes of eight bits, cleared before the ninth bit would come.</summary>
    public static byte[] Gif(int width, int height, byte[] levels, int pictures = 1)
    {
        byte[] codes = [.. levels.Chunk(100).SelectMany(chunk => chunk.Prepend((byte)128)), 129];
        byte[] blocks = [.. codes.Chunk(255).SelectMany(block => block.Prepend((byte)block.Length)), 0];
        byte[] picture = [0x21, 0xf9, 4, 0, 0, 0, 0, 0, 0x2c, 0, 0, 0, 0, (byte)width, 0, (byte)height, 0, 0, 7, .. blocks];
        return
        [
            .. "GIF89a"u8, (byte)width, 0, (byte)height, 0, 0xf6, 0, 0, .. Enumerable.Range(0, 128).SelectMany(level => Enumerable.Repeat((byte)level, 3)),
            .. Enumerable.Repeat(picture, pictures).SelectMany(bytes => bytes), 0x3b,
        ];
    }

    /// <summary>A JPEG or PNG with Exif data that give its orientation.</summary>
    public static byte[] Turned(byte[] file, byte orientation, bool little)
    {
        byte[] tiff = little
            ? [.. "II"u8, 42, 0, 8, 0, 0, 0, 2, 0, 0x0f, 1, 2, 0, 1, 0, 0, 0, 65, 0, 0, 0, 0x12, 1, 3, 0, 1, 0, 0, 0, orientation, 0, 0, 0, 0, 0, 0, 0]
            : [.. "MM"u8, 0, 42, 0, 0, 0, 8, 0, 1, 1, 0x12, 0, 3, 0, 0, 0, 1, 0, orientation, 0, 0, 0, 0, 0, 0];
        if (file[0] == 0x89)
        {
            return [.. file[..33], .. Chunk("eXIf", tiff), .. file[33..]];
        }

        byte[] content = [.. "Exif\0\0"u8, .. tiff];
        return [0xff, 0xd8, 0xff, 0xe0, 0, 4, 1, 1, 0xff, 0xe1, (byte)((content.Length + 2) >> 8), (byte)(content.Length + 2), .. content, .. file[2..]];
    }

    public static byte[] AnimatedPng(byte[] file) => [.. file[..33], .. Chunk("acTL", new byte[8]), .. file[33..]];

    private static byte[] Little(int value) => [(byte)value, (byte)(value >> 8), (byte)(value >> 16), (byte)(value >> 24)];

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
