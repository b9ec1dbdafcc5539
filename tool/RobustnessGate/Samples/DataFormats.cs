using System.Collections.Immutable;
using RobustnessGate.Policies;

namespace RobustnessGate.Samples;

/// <summary>Opens data files by their content; names matter only where a format has no mark of its own (.bin, .csv).</summary>
internal static class DataFormats
{
    public static DataSource OpenImages(DataSection data, InputSection input)
    {
        var (path, part) = DataPath.Of(data.Images);
        if (Directory.Exists(path))
        {
            var root = part is null ? path : Path.Combine(path, part);
            return ClassImages.Open(() => new FolderStore(root), root, input);
        }

        var file = DataFile.At(path);
        if (IsCifar(path))
        {
            return Cifar.Open(file, part);
        }

        if (Csv.Matches(path))
        {
            return Csv.OpenImages(file, part, labelled: data.Labels is null);
        }

        if (!ZipEntries.Matches(Head(file)))
        {
            return DataSource.Of(OpenArray(file));
        }

        return Npz.Matches(ZipEntries.NamesIn(path))
            ? Npz.OpenImages(path, part)
            : ClassImages.Open(() => new ZipStore(path, part), path, input);
    }

    /// <summary>Labels: a list of integers in an array file or a table.</summary>
    public static ImmutableArray<int> ReadLabels(string labels)
    {
        var (path, part) = DataPath.Of(labels);
        var file = DataFile.At(path);
        if (Csv.Matches(path))
        {
            return Csv.ReadLabels(file, part);
        }

        return (ZipEntries.Matches(Head(file)) ? Npz.OpenLabels(path, part) : OpenArray(file)).Integers("labels");
    }

    private static ArrayFile OpenArray(DataFile file)
    {
        var head = Head(file);
        if (Idx.Matches(head))
        {
            return Idx.Open(file);
        }

        return Npy.Matches(head)
            ? Npy.Open(file)
            : throw DataMistake.At("RG0304", file.Path,
                "this is not a data format that is known here: IDX, NPY, NPZ, CIFAR .bin, .csv, or class folders of images, also as .zip. "
                + $"It begins with the bytes {Convert.ToHexString(head.AsSpan(0, Math.Min(4, head.Length)))}.");
    }

    private static byte[] Head(DataFile file)
    {
        var head = file.Head(16);
        return head.Length > 0
            ? head
            : throw DataMistake.At("RG0302", file.Path, "it unpacks to nothing, so nothing could be evaluated with it. Fetch or export it again.");
    }

    private static bool IsCifar(string path) =>
        path.EndsWith(".bin", StringComparison.OrdinalIgnoreCase) || path.EndsWith(".bin.gz", StringComparison.OrdinalIgnoreCase);
}
