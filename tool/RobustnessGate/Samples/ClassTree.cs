using System.Collections.Immutable;
using System.Globalization;

namespace RobustnessGate.Samples;

/// <summary>
/// Image files sorted into classes by their folder. Folders that are named by numbers are the classes of these numbers;
/// others are numbered in ordinal order of their names. Samples are dealt round-robin over the
/// classes, each class in ordinal order of its files, so that the first N are balanced.
/// </summary>
/// <param name="Names">Paths below the root with '/', in the order of samples.</param>
/// <param name="Classes">Names by label.</param>
internal sealed record ClassTree(ImmutableArray<string> Names, ImmutableArray<int> Labels, ImmutableArray<string> Classes, ImmutableArray<DataNote> Notes)
{
    /// <summary>Numbers from here on are names that happen to be numbers.</summary>
    private const int MostClasses = 100_000;

    private static readonly string[] Splits = ["test", "train", "val", "valid", "validation"];

    /// <exception cref="Diagnostics.MistakeException">
    /// RG0319: an image of a kind that is not read; RG0321: no images, images outside class folders, or folders above the class folders.
    /// </exception>
    public static ClassTree Of(IImageStore store, string path)
    {
        var visible = store.Names.Where(IsVisible).Order(StringComparer.Ordinal).ToArray();
        var images = Images(store, visible);
        if (images.Length == 0)
        {
            throw DataMistake.At("RG0321", path, $"it holds no {ImageKind.Read} files. One folder per class is expected, with the images in it.");
        }

        if (images.FirstOrDefault(name => !name.Contains('/')) is { } loose)
        {
            throw DataMistake.At("RG0321", path, $"'{loose}' lies outside any class folder. The folder of an image is its class; one folder per class is expected.");
        }

        var classes = InFolders(store, visible, images);
        if (classes.All(c => Splits.Contains(c.Name)))
        {
            throw DataMistake.At("RG0321", path,
                $"it holds {string.Join(" and ", classes.Select(c => c.Name + "/"))}, which are parts of a data set and not classes. Pick one: {Path.GetFileName(path)}#{classes[0].Name} for a zip, or the folder itself.");
        }

        RefuseFoldersAbove(images, path);
        var numbers = Numbers([.. classes.Select(c => c.Name)]);
        var labels = numbers ?? [.. Enumerable.Range(0, classes.Length)];
        var names = Enumerable.Range(0, labels.Max() + 1).Select(label => label.ToString(CultureInfo.InvariantCulture)).ToArray();
        for (var c = 0; c < classes.Length; c++)
        {
            names[labels[c]] = classes[c].Name;
        }

        Array.Sort([.. labels], classes);
        Array.Sort(labels);
        var dealt = Enumerable.Range(0, classes.Max(c => c.Files.Length))
            .SelectMany(round => Enumerable.Range(0, classes.Length).Where(c => round < classes[c].Files.Length).Select(c => (classes[c].Files[round], c)))
            .ToArray();
        return new ClassTree(
            [.. dealt.Select(d => d.Item1)], [.. dealt.Select(d => labels[d.c])], [.. names], Notices(visible, images, numbers is not null, classes));
    }

    /// <summary>
    /// Folders in ordinal order, with their images. A folder is a class also where no image is in it: left out, it would give
    /// its label to the next. Where the folders with images are named by numbers no label can move, and the others say nothing.
    /// </summary>
    private static (string Name, string[] Files)[] InFolders(IImageStore store, string[] visible, string[] images)
    {
        var files = images.ToLookup(name => name[..name.IndexOf('/')]);
        var numbered = Numbers([.. files.Select(folder => folder.Key)]) is not null;
        return
        [
            .. store.Folders.Where(IsVisible).Concat(visible.Where(name => name.Contains('/')).Select(name => name[..name.IndexOf('/')])).Distinct()
                .Where(folder => files.Contains(folder) || !numbered)
                .Order(StringComparer.Ordinal).Select(folder => (folder, files[folder].Order(StringComparer.Ordinal).ToArray())),
        ];
    }

    /// <summary>
    /// Images two folders deep. Where every class has a single folder inside ("images"), the outer folders are the classes;
    /// where a folder holds several, the inner ones are.
    /// </summary>
    private static void RefuseFoldersAbove(string[] images, string path)
    {
        var tops = images.Select(name => name.Split('/')).GroupBy(parts => parts[0]).OrderBy(group => group.Key, StringComparer.Ordinal).ToArray();
        if (images.All(name => name.Count(character => character == '/') >= 2)
            && (tops.Length == 1 || tops.Any(top => top.Select(parts => parts[1]).Distinct().Count() > 1)))
        {
            var file = Path.GetFileName(path.TrimEnd('/', '\\'));
            throw DataMistake.At("RG0321", path,
                $"its images lie two folders deep ('{images[0]}'), so that {string.Join(", ", tops.Take(4).Select(top => top.Key + "/"))} would be the classes. " +
                $"Name the folder that holds the class folders: {file}#{tops[0].Key} for a zip, {file}/{tops[0].Key} for a folder.");
        }
    }

    /// <summary>The labels that folders named by numbers stand for; null where a name is none, or two are the same number.</summary>
    private static int[]? Numbers(string[] names)
    {
        int[] numbers = [.. names.Select(name => int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : -1)];
        return numbers.All(number => number is >= 0 and < MostClasses) && numbers.Distinct().Count() == numbers.Length ? numbers : null;
    }

    private static bool IsVisible(string name) => !name.Split('/').Any(part => part.StartsWith('.') || part == "__MACOSX");

    /// <summary>What is an image by its name, or where the name says nothing by its content.</summary>
    private static string[] Images(IImageStore store, string[] names)
    {
        var kinds = names.Select(name => (name, Kind: ImageKind.OfName(name) ?? ImageKind.OfContent(store.Head(name)))).Where(file => file.Kind is not null).ToArray();
        return Array.Find(kinds, file => !file.Kind!.IsRead) is ({ } other, { } kind)
            ? throw DataMistake.At("RG0319", store.Show(other),
                $"it is a {kind.Name} image, which cannot be read; {kinds.Count(file => !file.Kind!.IsRead)} of {kinds.Length} images are of such kinds. A sample cannot silently be left out: convert them to PNG, as they were for training.")
            : [.. kinds.Select(file => file.name)];
    }

    private static ImmutableArray<DataNote> Notices(string[] visible, string[] images, bool numbered, (string Name, string[] Files)[] classes)
    {
        var notes = ImmutableArray.CreateBuilder<DataNote>();
        if (visible.Length > images.Length)
        {
            var other = visible.Except(images).Order(StringComparer.Ordinal).First();
            notes.Add(new DataNote("RG0331", $"{visible.Length - images.Length} files that are no images were left out, the first is '{other}'"));
        }

        if (classes.Where(c => c.Files.Length == 0).Select(c => $"'{c.Name}'").ToArray() is { Length: > 0 } empty)
        {
            notes.Add(new DataNote("RG0331",
                $"{(empty.Length == 1 ? "the folder" : "the folders")} {string.Join(", ", empty.Take(5))} {(empty.Length == 1 ? "holds no image and still counts as a class" : "hold no images and still count as classes")}. Remove what is no class; and note that git keeps no empty folders"));
        }

        if (numbered && !classes.Select(c => c.Name).Order(StringComparer.Ordinal).SequenceEqual(classes.Select(c => c.Name)))
        {
            notes.Add(new DataNote("RG0332",
                $"class folders are named by numbers, which are taken as labels: folder '{classes[^1].Name}' is class {classes[^1].Name}. A loader that numbers folders in the order of text gives others"));
        }

        return notes.ToImmutable();
    }
}
