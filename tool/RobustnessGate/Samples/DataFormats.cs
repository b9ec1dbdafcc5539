using System.Collections.Immutable;

namespace RobustnessGate.Samples;

/// <summary>Opens data files by their content; names matter only where a format has no mark of its own.</summary>
internal static class DataFormats
{
    public static DataSource OpenImages(string path) => DataSource.Of(OpenArray(path));

    /// <summary>Labels: a list of integers in an array file.</summary>
    public static ImmutableArray<int> ReadLabels(string path) => OpenArray(path).Integers("labels");

    public static ArrayFile OpenArray(string path)
    {
        var file = DataFile.At(path);
        var head = file.Head(16);
        if (head.Length == 0)
        {
            throw DataMistake.At("RG0302", path, "it unpacks to nothing, so nothing could be evaluated with it. Fetch or export it again.");
        }

        if (Idx.Matches(head))
        {
            return Idx.Open(file);
        }

        return Npy.Matches(head)
            ? Npy.Open(file)
            : throw DataMistake.At("RG0304", path,
                "this is not a data format that is known here. It begins with "
                + $"{Convert.ToHexString(head.AsSpan(0, Math.Min(4, head.Length)))}; IDX begins with 0000, NPY with 934E554D.");
    }
}
