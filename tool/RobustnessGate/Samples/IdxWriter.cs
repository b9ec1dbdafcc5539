using System.Buffers.Binary;
using ICSharpCode.SharpZipLib.Checksum;
using ICSharpCode.SharpZipLib.Zip.Compression;
using ICSharpCode.SharpZipLib.Zip.Compression.Streams;

namespace RobustnessGate.Samples;

/// <summary>
/// Writes 8-bit IDX files, gzipped without a name or time stamp and with a managed deflater, so that the same data give
/// the same bytes on every platform.
/// </summary>
internal static class IdxWriter
{
    /// <param name="shape">Dimensions; their product is the length of <paramref name="values"/>.</param>
    /// <param name="values">In C order.</param>
    public static void WriteGzip(string path, ReadOnlySpan<int> shape, ReadOnlySpan<byte> values)
    {
        long size = 1;
        foreach (var dimension in shape)
        {
            size *= dimension;
        }

        if (size != values.Length)
        {
            throw new ArgumentException($"{values.Length} values do not fill shape {DataMistake.Shape(shape.ToArray())}", nameof(values));
        }

        var header = new byte[4 + (4 * shape.Length)];
        header[2] = 0x08;
        header[3] = (byte)shape.Length;
        for (var d = 0; d < shape.Length; d++)
        {
            BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4 + (4 * d)), shape[d]);
        }

        using var file = File.Create(path);
        file.Write(GzipHeader);
        var deflater = new DeflaterOutputStream(file, new Deflater(Deflater.BEST_COMPRESSION, noZlibHeaderOrFooter: true)) { IsStreamOwner = false };
        using (deflater)
        {
            deflater.Write(header);
            deflater.Write(values);
        }

        var crc = new Crc32();
        crc.Update(header);
        crc.Update(new ArraySegment<byte>(values.ToArray()));
        Span<byte> trailer = stackalloc byte[8];
        BinaryPrimitives.WriteUInt32LittleEndian(trailer, (uint)crc.Value);
        BinaryPrimitives.WriteUInt32LittleEndian(trailer[4..], (uint)(header.Length + values.Length));
        file.Write(trailer);
    }

    /// <summary>RFC 1952: magic, deflate, no flags, no time, best compression, unknown system.</summary>
    private static ReadOnlySpan<byte> GzipHeader => [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 2, 255];
}
