using System.Collections.Immutable;

namespace RobustnessGate.Samples;

/// <summary>
/// One dense array in a file: IDX, NPY, an entry of an NPZ, or fixed-size records. The first dimension counts samples.
/// Only the header has been read; <see cref="Take"/> reads what is asked for.
/// </summary>
/// <param name="Shape">With the sample dimension first.</param>
/// <param name="ColumnMajor">Fortran order: the first index varies fastest.</param>
/// <param name="Offset">Bytes before the first number.</param>
/// <param name="Gap">Bytes before each sample (the label in CIFAR records).</param>
internal sealed record ArrayFile(
    DataFile File, ElementType Type, ImmutableArray<long> Shape, bool ColumnMajor, long Offset, int Gap = 0)
{
    public int Count => (int)Shape[0];

    public ImmutableArray<long> SampleShape => Shape[1..];

    private long Features => SampleShape.Aggregate(1L, (a, b) => a * b);

    private int SampleBytes => (int)(Features * Type.Size);

    /// <summary>Refuses declared sizes that the file cannot hold, before anything is allocated for them.</summary>
    public ArrayFile Checked()
    {
        if (Shape.Length == 0)
        {
            throw DataMistake.At("RG0305", File.Path, "it holds a single number, not an array with one entry per sample.");
        }

        long features = 1;
        foreach (var dimension in SampleShape)
        {
            features = dimension is >= 0 and <= DataLimits.Features ? features * dimension : long.MaxValue;
            if (features > DataLimits.Features)
            {
                throw TooLarge();
            }
        }

        if (Shape[0] is < 0 or > DataLimits.Samples || features * Type.Size > Array.MaxLength)
        {
            throw TooLarge();
        }

        var bytes = Offset + (Shape[0] * ((features * Type.Size) + Gap));
        return bytes <= File.MostBytes
            ? this
            : throw DataMistake.Truncated(File.Path, FormattableString.Invariant(
                $"its header declares shape {DataMistake.Shape(Shape)}, {bytes} bytes, but it holds at most {File.MostBytes}."));
    }

    /// <summary>The stored bytes of the samples at <paramref name="indices"/>, each in C order, in the order asked for.</summary>
    public byte[][] Take(IReadOnlyList<int> indices)
    {
        if ((long)indices.Count * SampleBytes > DataLimits.InUse)
        {
            throw DataMistake.TooLarge(File.Path, FormattableString.Invariant(
                $"{indices.Count} samples of {SampleBytes} bytes are more than the {DataLimits.InUse >> 30} GiB that are held in memory. Set data.samples to fewer."));
        }

        return ReadBody(stream => ColumnMajor ? TakeColumnMajor(stream, indices) : TakeRowMajor(stream, indices));
    }

    /// <summary>Reads what follows the header, and makes sure that it ends where the header says.</summary>
    private T ReadBody<T>(Func<Stream, T> read) => File.Guard(() =>
    {
        using var stream = File.Open();
        Skip(stream, Offset);
        var result = read(stream);
        return stream.ReadByte() < 0
            ? result
            : throw DataMistake.At("RG0303", File.Path, FormattableString.Invariant(
                $"bytes follow after the {Shape[0]} samples that its header declares. Header and content disagree; export it again."));
    });

    private byte[][] TakeRowMajor(Stream stream, IReadOnlyList<int> indices)
    {
        var places = new int[Count];
        Array.Fill(places, -1);
        for (var k = 0; k < indices.Count; k++)
        {
            places[indices[k]] = k;
        }

        var taken = new byte[indices.Count][];
        var unused = new byte[SampleBytes];
        Span<byte> gap = stackalloc byte[Gap];
        for (var i = 0; i < Count; i++)
        {
            stream.ReadExactly(gap);
            stream.ReadExactly(places[i] < 0 ? unused : taken[places[i]] = new byte[SampleBytes]);
        }

        return taken;
    }

    /// <summary>In Fortran order a sample is scattered over the whole file, so the array is streamed once and dealt out.</summary>
    private byte[][] TakeColumnMajor(Stream stream, IReadOnlyList<int> indices)
    {
        var taken = new byte[indices.Count][];
        for (var k = 0; k < taken.Length; k++)
        {
            taken[k] = new byte[SampleBytes];
        }

        // One column: the same feature of every sample. Features come with their first index fastest.
        var column = new byte[(long)Count * Type.Size];
        var index = new long[SampleShape.Length];
        for (long feature = 0; feature < Features; feature++)
        {
            stream.ReadExactly(column);
            var place = 0L;
            for (var d = 0; d < index.Length; d++)
            {
                place = (place * SampleShape[d]) + index[d];
            }

            for (var k = 0; k < taken.Length; k++)
            {
                column.AsSpan(indices[k] * Type.Size, Type.Size).CopyTo(taken[k].AsSpan((int)place * Type.Size));
            }

            for (var d = 0; d < index.Length && ++index[d] == SampleShape[d]; d++)
            {
                index[d] = 0;
            }
        }

        return taken;
    }

    /// <summary>All numbers of a list of integers: shape (N), or (N, 1).</summary>
    /// <exception cref="Diagnostics.MistakeException">RG0308: not integers, not a list, or beyond 32 bits.</exception>
    public ImmutableArray<int> Integers(string what)
    {
        if (!Type.IsInteger || Features != 1)
        {
            throw DataMistake.At("RG0308", File.Path,
                $"{what} must be a list of integers, one per sample; this is {Type.Name} of shape {DataMistake.Shape(Shape)}."
                + (Features == 10 ? " One-hot labels must be turned into class numbers." : ""));
        }

        var stored = ReadBody(stream =>
        {
            var all = new byte[Count * Type.Size];
            stream.ReadExactly(all);
            return all;
        });
        var values = ImmutableArray.CreateBuilder<int>(Count);
        for (var i = 0; i < Count; i++)
        {
            var value = Type.Integer(stored.AsSpan(i * Type.Size));
            if (value is < 0 or > int.MaxValue)
            {
                throw DataMistake.At("RG0308", File.Path, FormattableString.Invariant(
                    $"{what}: entry {i} is {value}. Classes are numbered from 0."));
            }

            values.Add((int)value);
        }

        return values.MoveToImmutable();
    }

    private Diagnostics.MistakeException TooLarge() => DataMistake.TooLarge(
        File.Path, $"its header declares shape {DataMistake.Shape(Shape)}, which is beyond every limit here and probably damaged.");

    private static void Skip(Stream stream, long bytes)
    {
        var buffer = new byte[4096];
        while (bytes > 0)
        {
            var part = (int)Math.Min(bytes, buffer.Length);
            stream.ReadExactly(buffer.AsSpan(0, part));
            bytes -= part;
        }
    }
}
