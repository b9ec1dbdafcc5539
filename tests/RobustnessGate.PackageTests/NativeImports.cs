using System.Buffers.Binary;
using System.Reflection.PortableExecutable;
using System.Text;

namespace RobustnessGate.PackageTests;

/// <summary>Which libraries a native file asks its system's loader for, read from the file on any system.</summary>
internal static class NativeImports
{
    /// <summary>Names in the import and delay-import tables of a PE file (docs of "PE Format", .idata); none of a managed assembly.</summary>
    public static string[] OfPortableExecutable(byte[] file)
    {
        using var reader = new PEReader(new MemoryStream(file));
        if (reader.HasMetadata)
        {
            return [];
        }

        var header = reader.PEHeaders.PEHeader!;
        return
        [
            .. Table(reader, header.ImportTableDirectory.RelativeVirtualAddress, size: 20, name: 12),
            .. Table(reader, header.DelayImportTableDirectory.RelativeVirtualAddress, size: 32, name: 4),
        ];
    }

    /// <summary>Install names of a 64-bit Mach-O file's libraries (LC_LOAD_DYLIB and its weak, upward and re-exported kinds), and where it searches (LC_RPATH).</summary>
    public static (string[] Libraries, string[] SearchPaths) OfMachO(ReadOnlySpan<byte> file)
    {
        const uint Magic64 = 0xfeedfacf, WithDyld = 0x80000000;
        Assert.Equal(Magic64, BinaryPrimitives.ReadUInt32LittleEndian(file));
        var libraries = new List<string>();
        var searched = new List<string>();
        var commands = BinaryPrimitives.ReadInt32LittleEndian(file[16..]);
        for (int i = 0, at = 32; i < commands; i++, at += BinaryPrimitives.ReadInt32LittleEndian(file[(at + 4)..]))
        {
            var text = BinaryPrimitives.ReadInt32LittleEndian(file[(at + 8)..]);
            switch (BinaryPrimitives.ReadUInt32LittleEndian(file[at..]) & ~WithDyld)
            {
                case 0x0c or 0x18 or 0x1f or 0x23:
                    libraries.Add(Text(file[(at + text)..]));
                    break;
                case 0x1c:
                    searched.Add(Text(file[(at + text)..]));
                    break;
            }
        }

        return ([.. libraries], [.. searched]);
    }

    private static IEnumerable<string> Table(PEReader reader, int address, int size, int name)
    {
        for (var at = address; at != 0; at += size)
        {
            var named = reader.GetSectionData(at).GetReader(name, 4).ReadInt32();
            if (named == 0)
            {
                yield break;
            }

            yield return Text(reader.GetSectionData(named).GetContent().AsSpan());
        }
    }

    private static string Text(ReadOnlySpan<byte> bytes) => Encoding.ASCII.GetString(bytes[..bytes.IndexOf((byte)0)]);
}
