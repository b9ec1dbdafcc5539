using System.Buffers.Binary;

namespace RobustnessGate.Samples;

/// <summary>Counts the pictures that one file holds: of several, which one a model was trained with cannot be known.</summary>
internal static class Frames
{
    private const int GifHeader = 13;
    private const byte Extension = 0x21;
    private const byte Descriptor = 0x2c;

    /// <summary>Whether a GIF holds more than one picture, or a PNG is an animation. Damaged files are left to the decoder.</summary>
    public static bool AreSeveral(ReadOnlySpan<byte> file) =>
        PngGuard.IsPng(file) ? IsAnimatedPng(file) : file.StartsWith("GIF8"u8) && PicturesOfGif(file) > 1;

    private static bool IsAnimatedPng(ReadOnlySpan<byte> file)
    {
        for (long chunk = 8; chunk + 12 <= file.Length; chunk += 12 + BinaryPrimitives.ReadUInt32BigEndian(file[(int)chunk..]))
        {
            if (file.Slice((int)chunk + 4, 4).SequenceEqual("acTL"u8))
            {
                return true;
            }
        }

        return false;
    }

    private static int PicturesOfGif(ReadOnlySpan<byte> file)
    {
        if (file.Length < GifHeader)
        {
            return 0;
        }

        var pictures = 0;
        var at = GifHeader + Colours(file[10]);
        while (at < file.Length && file[at] is Extension or Descriptor)
        {
            if (file[at] == Descriptor)
            {
                pictures++;
                at += at + 9 < file.Length ? 11 + Colours(file[at + 9]) : 11;
            }
            else
            {
                at += 2;
            }

            for (; at < file.Length && file[at] != 0; at += 1 + file[at])
            {
            }

            at++;
        }

        return pictures;
    }

    /// <summary>Bytes of a colour table, from the byte of flags before it.</summary>
    private static int Colours(byte flags) => (flags & 0x80) == 0 ? 0 : 3 << ((flags & 7) + 1);
}
