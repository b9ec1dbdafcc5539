using System.Buffers.Binary;
using System.Collections.Immutable;

namespace RobustnessGate.Samples;

/// <summary>
/// The IDX format of the MNIST family: two zero bytes, a type byte, the number of dimensions, the dimensions as
/// big-endian int32, then the numbers, big-endian, in C order (http://yann.lecun.com/exdb/mnist/).
/// </summary>
internal static class Idx
{
    public static bool Matches(ReadOnlySpan<byte> head) =>
        head.Length >= 4 && head[0] == 0 && head[1] == 0 && Kind(head[2]) is not null && head[3] is >= 1 and <= 8;

    public static ArrayFile Open(DataFile file)
    {
        var head = file.Head(4 + (4 * 8));
        if (!Matches(head))
        {
            throw DataMistake.At("RG0304", file.Path, "it does not begin like an IDX file (00 00, a type byte, a dimension count).");
        }

        var rank = head[3];
        var offset = 4 + (4 * rank);
        if (head.Length < offset)
        {
            throw DataMistake.Truncated(file.Path, $"its header of {offset} bytes is not complete.");
        }

        var shape = ImmutableArray.CreateBuilder<long>(rank);
        for (var d = 0; d < rank; d++)
        {
            shape.Add(BinaryPrimitives.ReadInt32BigEndian(head.AsSpan(4 + (4 * d))));
        }

        var type = new ElementType(Kind(head[2])!.Value, BigEndian: true);
        return new ArrayFile(file, type, shape.MoveToImmutable(), ColumnMajor: false, offset).Checked();
    }

    private static ElementKind? Kind(byte code) => code switch
    {
        0x08 => ElementKind.UInt8,
        0x09 => ElementKind.Int8,
        0x0B => ElementKind.Int16,
        0x0C => ElementKind.Int32,
        0x0D => ElementKind.Float32,
        0x0E => ElementKind.Float64,
        _ => null,
    };
}
