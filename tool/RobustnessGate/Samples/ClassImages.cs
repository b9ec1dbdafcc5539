using System.Collections.Immutable;
using RobustnessGate.Diagnostics;
using RobustnessGate.Policies;

namespace RobustnessGate.Samples;

/// <summary>
/// Class folders of images as a data source. Files are read one after the other and decoded side by side into a
/// byte per value; the result does not depend on the number of threads.
/// </summary>
internal static class ClassImages
{
    /// <summary>Images, and bytes of them, that are read before they are decoded together: bounds the memory beside the result.</summary>
    private const int BatchImages = 512;
    private const int BatchBytes = 64 << 20;

    /// <param name="open">Opens the folder or archive.</param>
    public static DataSource Open(Func<IImageStore> open, string path, InputSection input)
    {
        using var store = open();
        var tree = ClassTree.Of(store, path);
        var format = ImageDecoder.FormatFor(store.Read(tree.Names[0]), input, store.Show(tree.Names[0]));
        return new DataSource(
            path, tree.Names.Length, ElementType.UInt8, [format.Channels, format.Height, format.Width], tree.Labels,
            indices => Take(open, path, tree, format, indices))
        {
            ClassNames = tree.Classes,
            Notes = tree.Notes,
        };
    }

    private static Taken Take(
        Func<IImageStore> open, string path, ClassTree tree, ImageFormat format, IReadOnlyList<int> indices)
    {
        if ((long)indices.Count * format.Channels * format.Height * format.Width > DataLimits.InUse)
        {
            throw DataMistake.TooLarge(path, "the images in use do not fit into memory. Set data.samples to fewer.");
        }

        using var store = open();
        var images = new DecodedImage[indices.Count];
        var mistakes = new MistakeException?[indices.Count];
        for (var start = 0; start < indices.Count;)
        {
            var files = ReadBatch(store, indices.Skip(start).Select(index => tree.Names[index]));
            Parallel.For(0, files.Count, i =>
            {
                try
                {
                    images[start + i] = ImageDecoder.Decode(files[i], format, store.Show(tree.Names[indices[start + i]]));
                }
                catch (MistakeException mistake)
                {
                    mistakes[start + i] = mistake;
                }
            });

            // The first in the order of samples, whichever thread was first.
            if (Array.Find(mistakes, mistake => mistake is not null) is { } first)
            {
                throw first;
            }

            start += files.Count;
        }

        return new Taken([.. images.Select(image => image.Planes)], Notes(images));
    }

    private static List<byte[]> ReadBatch(IImageStore store, IEnumerable<string> names)
    {
        var files = new List<byte[]>();
        var bytes = 0L;
        foreach (var name in names)
        {
            files.Add(store.Read(name));
            bytes += files[^1].Length;
            if (files.Count == BatchImages || bytes >= BatchBytes)
            {
                break;
            }
        }

        return files;
    }

    private static ImmutableArray<DataNote> Notes(DecodedImage[] images) =>
    [
        .. Enum.GetValues<Conversion>()
            .Select(conversion => (conversion, Count: images.Count(image => image.Conversions.HasFlag(conversion))))
            .Where(pair => pair.conversion != Conversion.None && pair.Count > 0)
            .Select(pair => new DataNote("RG0330", $"{pair.Count} of {images.Length} images: {Words(pair.conversion)}")),
    ];

    private static string Words(Conversion conversion) => conversion switch
    {
        Conversion.GreyToColour => "grey was copied to all three channels",
        Conversion.ColourToGrey => "all three channels are equal and were read as grey",
        Conversion.AlphaDropped => "transparency was dropped",
        Conversion.SixteenBits => "16 bits per channel were cut to 8",
        _ => throw new ArgumentOutOfRangeException(nameof(conversion)),
    };
}
