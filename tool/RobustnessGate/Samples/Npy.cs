using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace RobustnessGate.Samples;

/// <summary>
/// NumPy's array format, versions 1 to 3: magic, version, header length, a Python dictionary literal with
/// <c>descr</c>, <c>fortran_order</c> and <c>shape</c>, then the numbers. Object arrays (pickles) are refused.
/// </summary>
internal static partial class Npy
{
    private const int LongestHeader = 1 << 16;

    private static ReadOnlySpan<byte> Magic => [0x93, (byte)'N', (byte)'U', (byte)'M', (byte)'P', (byte)'Y'];

    public static bool Matches(ReadOnlySpan<byte> head) => head.StartsWith(Magic);

    public static ArrayFile Open(DataFile file)
    {
        var head = file.Head(12);
        if (!Matches(head))
        {
            throw DataMistake.At("RG0304", file.Path, "it does not begin like an NPY file.");
        }

        if (head.Length < 12)
        {
            throw DataMistake.Truncated(file.Path, "its header is not complete.");
        }

        if (head[6] is < 1 or > 3)
        {
            throw DataMistake.At("RG0304", file.Path, $"NPY version {head[6]} is not known; versions 1 to 3 are.");
        }

        var start = head[6] == 1 ? 10 : 12;
        long length = head[6] == 1 ? BinaryPrimitives.ReadUInt16LittleEndian(head.AsSpan(8)) : BinaryPrimitives.ReadUInt32LittleEndian(head.AsSpan(8));
        if (length > LongestHeader)
        {
            throw DataMistake.TooLarge(file.Path, FormattableString.Invariant($"its header claims {length} bytes; it is damaged or holds a structured type."));
        }

        var text = file.Head(start + (int)length);
        if (text.Length < start + length)
        {
            throw DataMistake.Truncated(file.Path, "its header is not complete.");
        }

        return Parse(file, Encoding.UTF8.GetString(text.AsSpan(start)), start + length).Checked();
    }

    private static ArrayFile Parse(DataFile file, string header, long offset)
    {
        var descr = Descr().Match(header);
        var order = Order().Match(header);
        var shape = ShapeText().Match(header);
        if (!descr.Success || !order.Success || !shape.Success)
        {
            throw DataMistake.At("RG0316", file.Path,
                "its header does not describe a plain array of numbers (descr, fortran_order, shape). Save it with numpy.save(…, array) and a numeric dtype.");
        }

        var dimensions = ImmutableArray.CreateBuilder<long>();
        foreach (var part in shape.Groups[1].Value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            dimensions.Add(long.TryParse(part.TrimEnd('L'), NumberStyles.None, CultureInfo.InvariantCulture, out var dimension) ? dimension : long.MaxValue);
        }

        return new ArrayFile(
            file, Element(file, descr.Groups[1].Value), dimensions.ToImmutable(), order.Groups[1].Value == "True" && dimensions.Count > 1, offset);
    }

    private static ElementType Element(DataFile file, string descr)
    {
        ElementKind? kind = descr.TrimStart('<', '>', '|', '=') switch
        {
            "u1" => ElementKind.UInt8,
            "i1" or "b1" => ElementKind.Int8,
            "u2" => ElementKind.UInt16,
            "i2" => ElementKind.Int16,
            "u4" => ElementKind.UInt32,
            "i4" => ElementKind.Int32,
            "i8" => ElementKind.Int64,
            "f2" => ElementKind.Float16,
            "f4" => ElementKind.Float32,
            "f8" => ElementKind.Float64,
            _ => null,
        };
        return kind is { } known
            ? new ElementType(known, descr.StartsWith('>'))
            : throw DataMistake.At("RG0316", file.Path,
                $"numbers of type '{descr}' are not supported; integers of 8 to 64 bits, bool and float16 to float64 are. Convert with numpy: array.astype('float32'), labels with array.astype('int64').");
    }

    [GeneratedRegex(@"'descr'\s*:\s*'([^']{1,32})'", RegexOptions.CultureInvariant)]
    private static partial Regex Descr();

    [GeneratedRegex(@"'fortran_order'\s*:\s*(True|False)", RegexOptions.CultureInvariant)]
    private static partial Regex Order();

    [GeneratedRegex(@"'shape'\s*:\s*\(([0-9L,\s]*)\)", RegexOptions.CultureInvariant)]
    private static partial Regex ShapeText();
}
