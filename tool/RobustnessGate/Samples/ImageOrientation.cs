using System.Buffers.Binary;

namespace RobustnessGate.Samples;

/// <summary>
/// How an image says that it is to be turned before it is looked at: tag 0x0112 of Exif 2.3, in the APP1 segment of a JPEG
/// or the eXIf chunk of a PNG. Some loaders turn such images and some do not, so a model's training may have seen either.
/// </summary>
internal static class ImageOrientation
{
    private const int Tag = 0x0112;
    private const int EntryLength = 12;
    private const byte StartOfScan = 0xda;
    private const byte App1 = 0xe1;

    /// <summary>1 for upright, or where nothing is said; 2 to 8 for mirrored and turned.</summary>
    public static int Of(ReadOnlySpan<byte> file) => PngGuard.IsPng(file) ? OfPng(file) : OfJpeg(file);

    private static int OfPng(ReadOnlySpan<byte> file)
    {
        for (long chunk = 8; chunk + 12 <= file.Length;)
        {
            var length = BinaryPrimitives.ReadUInt32BigEndian(file[(int)chunk..]);
            if (chunk + 12 + length > file.Length)
            {
                break;
            }

            if (file.Slice((int)chunk + 4, 4).SequenceEqual("eXIf"u8))
            {
                return OfTiff(file.Slice((int)chunk + 8, (int)length));
            }

            chunk += 12 + length;
        }

        return 1;
    }

    private static int OfJpeg(ReadOnlySpan<byte> file)
    {
        for (var at = 2; at + 4 <= file.Length && file[at] == 0xff && file[at + 1] != StartOfScan;)
        {
            if (file[at + 1] == 0xff)
            {
                at++;
                continue;
            }

            var length = BinaryPrimitives.ReadUInt16BigEndian(file[(at + 2)..]);
            if (length < 2 || at + 2 + length > file.Length)
            {
                break;
            }

            var content = file.Slice(at + 4, length - 2);
            if (file[at + 1] == App1 && content.StartsWith("Exif\0\0"u8))
            {
                return OfTiff(content[6..]);
            }

            at += 2 + length;
        }

        return 1;
    }

    /// <summary>Looks the tag up in the first directory. What is damaged says nothing.</summary>
    private static int OfTiff(ReadOnlySpan<byte> tiff)
    {
        if (tiff.Length < 8 || !(tiff.StartsWith("II"u8) || tiff.StartsWith("MM"u8)))
        {
            return 1;
        }

        var little = tiff[0] == (byte)'I';
        var directory = Number32(tiff[4..], little);
        if (directory > tiff.Length - 2)
        {
            return 1;
        }

        var entries = Number16(tiff[(int)directory..], little);
        for (var i = 0; i < entries && directory + 2 + ((i + 1) * EntryLength) <= tiff.Length; i++)
        {
            var entry = tiff.Slice((int)directory + 2 + (i * EntryLength), EntryLength);
            if (Number16(entry, little) == Tag)
            {
                return Number16(entry[8..], little) is >= 1 and <= 8 and var orientation ? orientation : 1;
            }
        }

        return 1;
    }

    private static int Number16(ReadOnlySpan<byte> bytes, bool little) =>
        little ? BinaryPrimitives.ReadUInt16LittleEndian(bytes) : BinaryPrimitives.ReadUInt16BigEndian(bytes);

    private static long Number32(ReadOnlySpan<byte> bytes, bool little) =>
        little ? BinaryPrimitives.ReadUInt32LittleEndian(bytes) : BinaryPrimitives.ReadUInt32BigEndian(bytes);
}
