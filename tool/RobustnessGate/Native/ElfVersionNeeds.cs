using System.Buffers.Binary;
using System.Text;

namespace RobustnessGate.Native;

/// <summary>
/// Reads and edits the version needs (<c>.gnu.version_r</c>) of a 64-bit little-endian ELF image held in memory:
/// which symbol versions (<c>GLIBCXX_3.4.32</c>) the dynamic linker must find before it loads the file.
/// </summary>
internal static class ElfVersionNeeds
{
    private const uint VersionNeedSection = 0x6ffffffe; // SHT_GNU_verneed
    private const ushort WeakFlag = 0x2; // VER_FLG_WEAK

    /// <summary>
    /// Marks the needs of one version weak, so that the linker warns about its absence instead of refusing the file.
    /// </summary>
    /// <returns>How many needs were marked; 0 where the file has none or is no such ELF image.</returns>
    public static int MarkWeak(Span<byte> image, string version)
    {
        if (image.Length < 64 || !image[..4].SequenceEqual("\u007fELF"u8) || image[4] != 2 || image[5] != 1)
        {
            return 0;
        }

        var sections = (int)BinaryPrimitives.ReadUInt64LittleEndian(image[0x28..]);
        var sectionSize = BinaryPrimitives.ReadUInt16LittleEndian(image[0x3a..]);
        var sectionCount = BinaryPrimitives.ReadUInt16LittleEndian(image[0x3c..]);
        var marked = 0;
        for (var i = 0; i < sectionCount; i++)
        {
            var header = image[(sections + (i * sectionSize))..];
            if (BinaryPrimitives.ReadUInt32LittleEndian(header[4..]) == VersionNeedSection)
            {
                var strings = (int)BinaryPrimitives.ReadUInt32LittleEndian(header[0x28..]);
                var names = (int)BinaryPrimitives.ReadUInt64LittleEndian(image[(sections + (strings * sectionSize) + 0x18)..]);
                marked += MarkWeak(image, Offset(header), names, (int)BinaryPrimitives.ReadUInt32LittleEndian(header[0x2c..]), version);
            }
        }

        return marked;
    }

    private static int Offset(ReadOnlySpan<byte> sectionHeader) =>
        (int)BinaryPrimitives.ReadUInt64LittleEndian(sectionHeader[0x18..]);

    /// <summary>Walks the chain of needed files (Verneed) and, for each, the chain of its versions (Vernaux).</summary>
    private static int MarkWeak(Span<byte> image, int need, int names, int needs, string version)
    {
        var marked = 0;
        for (var i = 0; i < needs; i++)
        {
            var versions = BinaryPrimitives.ReadUInt16LittleEndian(image[(need + 2)..]);
            var aux = need + (int)BinaryPrimitives.ReadUInt32LittleEndian(image[(need + 8)..]);
            for (var j = 0; j < versions; j++)
            {
                var name = image[(names + (int)BinaryPrimitives.ReadUInt32LittleEndian(image[(aux + 8)..]))..];
                if (Encoding.ASCII.GetString(name[..name.IndexOf((byte)0)]) == version)
                {
                    var flags = BinaryPrimitives.ReadUInt16LittleEndian(image[(aux + 4)..]);
                    BinaryPrimitives.WriteUInt16LittleEndian(image[(aux + 4)..], (ushort)(flags | WeakFlag));
                    marked++;
                }

                aux += (int)BinaryPrimitives.ReadUInt32LittleEndian(image[(aux + 12)..]);
            }

            need += (int)BinaryPrimitives.ReadUInt32LittleEndian(image[(need + 12)..]);
        }

        return marked;
    }
}
