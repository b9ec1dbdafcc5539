using System.Collections.Immutable;

namespace RobustnessGate.Samples;

/// <summary>
/// NumPy's NPZ: a zip of NPY arrays. <c>file.npz#key</c> names an array; without a key the usual pairs of images and
/// labels are looked for. Labels in the same file are found by the name that goes with the images'.
/// </summary>
internal static class Npz
{
    private const string Suffix = ".npy";

    /// <summary>Names of images and of their labels, in the order in which they are looked for.</summary>
    private static readonly (string Images, string Labels)[] Pairs =
    [
        ("images", "labels"), ("x", "y"), ("X", "y"), ("data", "labels"),
        ("x_test", "y_test"), ("X_test", "y_test"), ("test_images", "test_labels"),
    ];

    public static bool Matches(IEnumerable<string> names) => names.Any(IsArray);

    public static DataSource OpenImages(string path, string? key)
    {
        using var zip = ZipEntries.Open(path);
        var keys = Keys(zip);
        var name = key ?? Pairs.Select(pair => pair.Images).FirstOrDefault(keys.Contains) ?? throw NoKey(path, "images", keys);
        var images = Array(zip, path, name, keys);
        var labels = LabelsOf(name).FirstOrDefault(keys.Contains);
        return DataSource.Of(images, labels is null ? null : Array(zip, path, labels, keys).Integers("labels"));
    }

    public static ArrayFile OpenLabels(string path, string? key)
    {
        using var zip = ZipEntries.Open(path);
        var keys = Keys(zip);
        var name = key ?? Pairs.Select(pair => pair.Labels).FirstOrDefault(keys.Contains) ?? throw NoKey(path, "labels", keys);
        return Array(zip, path, name, keys);
    }

    /// <summary>Keys that the labels of these images may have: of a pair, or with x changed to y, images to labels.</summary>
    private static IEnumerable<string> LabelsOf(string images) =>
        Pairs.Where(pair => pair.Images == images).Select(pair => pair.Labels)
            .Concat(new[] { images.Replace("images", "labels", StringComparison.Ordinal), Initial(images) })
            .Where(name => name != images);

    private static string Initial(string name) => name is ['x' or 'X', .. var rest] ? "y" + rest : name;

    private static ArrayFile Array(ZipEntries zip, string path, string key, ImmutableArray<string> keys) =>
        keys.Contains(key) ? Npy.Open(zip.AsFile(key + Suffix)) : throw NoKey(path, key, keys);

    private static ImmutableArray<string> Keys(ZipEntries zip) =>
        [.. zip.Names.Where(IsArray).Select(name => name[..^Suffix.Length])];

    private static bool IsArray(string name) => name.EndsWith(Suffix, StringComparison.Ordinal);

    private static Diagnostics.MistakeException NoKey(string path, string key, ImmutableArray<string> keys) => DataMistake.At(
        "RG0317", path, $"it has no array '{key}'. It holds: {string.Join(", ", keys.Take(20))}. Name one as {Path.GetFileName(path)}#key.");
}
