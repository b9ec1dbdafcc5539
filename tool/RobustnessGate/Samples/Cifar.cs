using System.Collections.Immutable;

namespace RobustnessGate.Samples;

/// <summary>
/// The binary form of CIFAR-10 (a label byte and 3×32×32 pixels per record) and CIFAR-100 (a coarse and a fine label
/// byte), told apart by the file's length (https://www.cs.toronto.edu/~kriz/cifar.html). CIFAR-100 gives its 100 fine
/// labels, with <c>file.bin#coarse</c> its 20 coarse ones.
/// </summary>
internal static class Cifar
{
    private const int Pixels = 3 * 32 * 32;

    public static DataSource Open(DataFile file, string? part)
    {
        var length = file.Guard(() => CountBytes(file));
        var labelBytes = length % (Pixels + 1) == 0 ? 1 : length % (Pixels + 2) == 0 ? 2 : 0;
        if (labelBytes == 0)
        {
            throw DataMistake.Truncated(file.Path, FormattableString.Invariant(
                $"its {length} bytes are no multiple of {Pixels + 1} (CIFAR-10) or {Pixels + 2} (CIFAR-100)."));
        }

        if (part is not (null or "fine" or "coarse") || (part is not null && labelBytes == 1))
        {
            throw DataMistake.At("RG0317", file.Path, $"it has no part '{part}'; CIFAR-100 has 'fine' and 'coarse'.");
        }

        var coarse = part == "coarse";
        var names = ClassNames(file, labelBytes == 1 ? "batches.meta.txt" : coarse ? "coarse_label_names.txt" : "fine_label_names.txt");
        var array = new ArrayFile(
            file, ElementType.UInt8, [length / (Pixels + labelBytes), 3, 32, 32], ColumnMajor: false, Offset: 0, labelBytes).Checked();
        var labels = ReadLabels(file, array.Count, labelBytes, coarse ? 0 : labelBytes - 1);
        var classes = labelBytes == 1 ? 10 : coarse ? 20 : 100;
        var wrong = labels.AsSpan().IndexOfAnyExceptInRange(0, classes - 1);
        return wrong < 0
            ? DataSource.Of(array, labels) with { ClassNames = names?.Length == classes ? names : null }
            : throw DataMistake.At("RG0308", file.Path, FormattableString.Invariant(
                $"record {wrong} has label {labels[wrong]}, beyond the {classes} classes of this data set. The file is not CIFAR, or damaged."));
    }

    private static ImmutableArray<int> ReadLabels(DataFile file, int count, int labelBytes, int place) => file.Guard(() =>
    {
        using var stream = file.Open();
        var labels = ImmutableArray.CreateBuilder<int>(count);
        var record = new byte[Pixels + labelBytes];
        for (var i = 0; i < count; i++)
        {
            stream.ReadExactly(record);
            labels.Add(record[place]);
        }

        return labels.MoveToImmutable();
    });

    /// <summary>The names that the data set ships beside its records, one a line.</summary>
    private static string[]? ClassNames(DataFile file, string name)
    {
        var path = Path.Combine(Path.GetDirectoryName(file.Path) ?? "", name);
        return File.Exists(path) && new FileInfo(path).Length <= 1 << 16
            ? [.. File.ReadLines(path).Select(line => line.Trim()).Where(line => line.Length > 0)]
            : null;
    }

    private static long CountBytes(DataFile file)
    {
        using var stream = file.Open();
        var buffer = new byte[1 << 16];
        long length = 0;
        for (int read; (read = stream.Read(buffer)) > 0;)
        {
            length += read;
            if (length > DataLimits.Unpacked)
            {
                throw DataMistake.TooLarge(file.Path, FormattableString.Invariant($"it unpacks to more than {DataLimits.Unpacked >> 30} GiB."));
            }
        }

        return length;
    }
}
