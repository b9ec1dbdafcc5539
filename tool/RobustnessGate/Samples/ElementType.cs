using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace RobustnessGate.Samples;

internal enum ElementKind { UInt8, Int8, UInt16, Int16, UInt32, Int32, Int64, Float16, Float32, Float64 }

/// <summary>How one number is stored in an array file.</summary>
internal readonly record struct ElementType(ElementKind Kind, bool BigEndian = false)
{
    public static readonly ElementType UInt8 = new(ElementKind.UInt8);
    public static readonly ElementType Float32 = new(ElementKind.Float32);

    /// <summary>Bytes of one number.</summary>
    public int Size => Kind switch
    {
        ElementKind.UInt8 or ElementKind.Int8 => 1,
        ElementKind.UInt16 or ElementKind.Int16 or ElementKind.Float16 => 2,
        ElementKind.UInt32 or ElementKind.Int32 or ElementKind.Float32 => 4,
        _ => 8,
    };

    public bool IsInteger => Kind < ElementKind.Float16;

    public string Name => Kind.ToString().ToLowerInvariant();

    /// <summary>Numbers as stored → float32; float64 is rounded to nearest.</summary>
    public void Decode(ReadOnlySpan<byte> stored, Span<float> destination)
    {
        if (Kind == ElementKind.Float32 && !BigEndian)
        {
            MemoryMarshal.Cast<byte, float>(stored)[..destination.Length].CopyTo(destination);
            return;
        }

        for (var i = 0; i < destination.Length; i++)
        {
            destination[i] = (float)Number(stored[(i * Size)..]);
        }
    }

    /// <summary>One integer as stored.</summary>
    public long Integer(ReadOnlySpan<byte> s) => Kind switch
    {
        ElementKind.UInt8 => s[0],
        ElementKind.Int8 => (sbyte)s[0],
        ElementKind.UInt16 => BigEndian ? BinaryPrimitives.ReadUInt16BigEndian(s) : BinaryPrimitives.ReadUInt16LittleEndian(s),
        ElementKind.Int16 => BigEndian ? BinaryPrimitives.ReadInt16BigEndian(s) : BinaryPrimitives.ReadInt16LittleEndian(s),
        ElementKind.UInt32 => BigEndian ? BinaryPrimitives.ReadUInt32BigEndian(s) : BinaryPrimitives.ReadUInt32LittleEndian(s),
        ElementKind.Int32 => BigEndian ? BinaryPrimitives.ReadInt32BigEndian(s) : BinaryPrimitives.ReadInt32LittleEndian(s),
        ElementKind.Int64 => BigEndian ? BinaryPrimitives.ReadInt64BigEndian(s) : BinaryPrimitives.ReadInt64LittleEndian(s),
        _ => throw new InvalidOperationException($"{Name} is not an integer type"),
    };

    private double Number(ReadOnlySpan<byte> s) => Kind switch
    {
        ElementKind.Float16 => (double)(BigEndian ? BinaryPrimitives.ReadHalfBigEndian(s) : BinaryPrimitives.ReadHalfLittleEndian(s)),
        ElementKind.Float32 => BigEndian ? BinaryPrimitives.ReadSingleBigEndian(s) : BinaryPrimitives.ReadSingleLittleEndian(s),
        ElementKind.Float64 => BigEndian ? BinaryPrimitives.ReadDoubleBigEndian(s) : BinaryPrimitives.ReadDoubleLittleEndian(s),
        _ => Integer(s),
    };
}
