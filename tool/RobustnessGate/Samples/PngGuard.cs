using System.Buffers.Binary;
using System.IO.Compression;

namespace RobustnessGate.Samples;

/// <summary>
/// Checks a PNG before it is given to the decoder, which allocates by what the file claims: chunks must lie inside the
/// file, and the pixel data must not unpack to more than the header's size can need (a decompression bomb).
/// </summary>
internal static class PngGuard
{
    private const int SignatureLength = 8;
    private const int HeaderEnd = 33;
    private const int BitDepthPlace = 24;

    /// <summary>Bytes of one pixel at most: four channels of 16 bits.</summary>
    private const int MostPixelBytes = 8;

    private static ReadOnlySpan<byte> Signature => [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0d, 0x0a, 0x1a, 0x0a];

    public static bool IsPng(ReadOnlySpan<byte> file) => file.StartsWith(Signature);

    public static bool IsSixteenBit(ReadOnlySpan<byte> file) => IsPng(file) && file[BitDepthPlace] == 16;

    /// <exception cref="Diagnostics.MistakeException">RG0319 chunks beyond the file, or no header; RG0313 more pixel data than declared.</exception>
    public static void Check(byte[] file, string path)
    {
        if (file.Length < HeaderEnd || !file.AsSpan(12, 4).SequenceEqual("IHDR"u8))
        {
            throw Damaged(path);
        }

        long width = BinaryPrimitives.ReadUInt32BigEndian(file.AsSpan(16));
        long height = BinaryPrimitives.ReadUInt32BigEndian(file.AsSpan(20));
        if (width is 0 or > int.MaxValue || height is 0 or > int.MaxValue || width * height > DataLimits.Features)
        {
            throw DataMistake.TooLarge(path, FormattableString.Invariant($"it declares {width}×{height} pixels."));
        }

        using var packed = new MemoryStream();
        long chunk = SignatureLength;
        while (chunk + 12 <= file.Length)
        {
            var length = BinaryPrimitives.ReadUInt32BigEndian(file.AsSpan((int)chunk));
            if (chunk + 12 + length > file.Length)
            {
                throw Damaged(path);
            }

            if (file.AsSpan((int)chunk + 4, 4).SequenceEqual("IDAT"u8))
            {
                packed.Write(file.AsSpan((int)chunk + 8, (int)length));
            }

            chunk += 12 + length;
        }

        // Interlacing adds passes with a filter byte per row each; twice the plain size is more than enough.
        packed.Position = 0;
        CheckUnpacked(packed, 2 * height * ((width * MostPixelBytes) + 1), path);
    }

    private static void CheckUnpacked(MemoryStream packed, long most, string path)
    {
        var buffer = new byte[1 << 14];
        long unpacked = 0;
        try
        {
            using var stream = new ZLibStream(packed, CompressionMode.Decompress);
            for (int read; (read = stream.Read(buffer)) > 0;)
            {
                unpacked += read;
                if (unpacked > most)
                {
                    throw DataMistake.TooLarge(path, FormattableString.Invariant($"its pixel data unpack to more than {most} bytes, beyond what its size needs."));
                }
            }
        }
        catch (InvalidDataException)
        {
            throw Damaged(path);
        }
    }

    private static Diagnostics.MistakeException Damaged(string path) =>
        DataMistake.At("RG0319", path, "the image is damaged: its parts do not lie inside the file or cannot be unpacked. Replace or remove the file.");
}
