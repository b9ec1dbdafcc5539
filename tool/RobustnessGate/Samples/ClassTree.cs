using System.Collections.Immutable;

namespace RobustnessGate.Samples;

/// <summary>
/// Image files sorted into classes by their folder. Classes are numbered in ordinal order of their names; samples are
/// dealt round-robin over the classes, each class in ordinal order of its files, so that the first N are balanced.
/// </summary>
/// <param name="Names">Paths below the root with '/', in the order of samples.</param>
internal sealed record ClassTree(ImmutableArray<string> Names, ImmutableArray<int> Labels, ImmutableArray<string> Classes, ImmutableArray<DataNote> Notes)
{
    private static readonly string[] Splits = ["test", "train", "val", "valid", "validation"];

    /// <param name="files">Paths below the root, of any files.</param>
    /// <exception cref="Gating.MistakeException">RG0321: no images, images outside class folders, or train/ and test/ instead of classes.</exception>
    public static ClassTree Of(IEnumerable<string> files, string path)
    {
        var visible = files.Where(name => !name.Split('/').Any(part => part.StartsWith('.') || part == "__MACOSX")).ToArray();
        var images = visible.Where(IsImage).ToArray();
        if (images.Length == 0)
        {
            throw DataMistake.At("RG0321", path, "it holds no PNG or JPEG files. One folder per class is expected, with the images in it.");
        }

        if (images.FirstOrDefault(name => !name.Contains('/')) is { } loose)
        {
            throw DataMistake.At("RG0321", path, $"'{loose}' lies outside any class folder. The folder of an image is its class; one folder per class is expected.");
        }

        var classes = images.GroupBy(name => name[..name.IndexOf('/')]).OrderBy(group => group.Key, StringComparer.Ordinal)
            .Select(group => (Name: group.Key, Files: group.Order(StringComparer.Ordinal).ToArray())).ToArray();
        if (classes.All(c => Splits.Contains(c.Name)))
        {
            throw DataMistake.At("RG0321", path,
                $"it holds {string.Join(" and ", classes.Select(c => c.Name + "/"))}, which are parts of a data set and not classes. Pick one: {Path.GetFileName(path)}#{classes[0].Name} for a zip, or the folder itself.");
        }

        var dealt = Enumerable.Range(0, classes.Max(c => c.Files.Length))
            .SelectMany(round => Enumerable.Range(0, classes.Length).Where(c => round < classes[c].Files.Length).Select(c => (classes[c].Files[round], c)))
            .ToArray();
        return new ClassTree(
            [.. dealt.Select(d => d.Item1)], [.. dealt.Select(d => d.c)], [.. classes.Select(c => c.Name)], Notices(visible, images, classes));
    }

    private static ImmutableArray<DataNote> Notices(string[] visible, string[] images, (string Name, string[])[] classes)
    {
        var notes = ImmutableArray.CreateBuilder<DataNote>();
        if (visible.Length > images.Length)
        {
            var other = visible.Except(images).Order(StringComparer.Ordinal).First();
            notes.Add(new DataNote("RG0331", $"{visible.Length - images.Length} files that are not PNG or JPEG were left out, the first is '{other}'"));
        }

        var numbers = classes.Select(c => int.TryParse(c.Name, out var number) ? number : -1).ToArray();
        if (!numbers.Contains(-1) && !numbers.SequenceEqual(Enumerable.Range(0, numbers.Length)))
        {
            notes.Add(new DataNote("RG0332",
                $"class folders are named by numbers but are numbered in ordinal order of their names: folder '{classes[^1].Name}' is class {classes.Length - 1}"));
        }

        return notes.ToImmutable();
    }

    private static bool IsImage(string name) => Path.GetExtension(name).ToLowerInvariant() is ".png" or ".jpg" or ".jpeg";
}
