using System.Globalization;
using System.IO.Compression;
using System.Text;
using System.Text.RegularExpressions;
using ICSharpCode.SharpZipLib.Checksum;
using RobustnessGate.Diagnostics;

namespace RobustnessGate.Models;

/// <summary>
/// Looks into a TorchScript file before libtorch does: there, an error in the script ends the process. Damage shows in the
/// archive's checksums, and operators that libtorch lacks in the script's text.
/// </summary>
internal static partial class TorchScriptArchive
{
    /// <summary>Bytes of all scripts and object graphs together: what is held as text.</summary>
    private const long MaxText = 64 << 20;

    /// <summary>Tensors are stored as they are and scripts shrink a few times: an archive that unpacks to more than this many times its size is none.</summary>
    private const long MaxExpansion = 100;

    /// <summary>Namespaces of operators and classes that libtorch brings.</summary>
    private static readonly HashSet<string> BuiltIn = new(
        ["aten", "prim", "prims", "prepacked", "quantized", "_quantized", "mkldnn", "mkldnn_prepacked", "sparse", "xnnpack"], StringComparer.Ordinal);

    /// <returns>The text of all its scripts.</returns>
    /// <exception cref="MistakeException">RG0423; RG0424: a script that would touch files.</exception>
    public static string Check(byte[] bytes, string display)
    {
        try
        {
            using var archive = new ZipArchive(new MemoryStream(bytes), ZipArchiveMode.Read, leaveOpen: false, Encoding.UTF8);
            RefuseBombs(archive, bytes.Length, display);
            var texts = archive.Entries.Select(entry => Text(entry, display)).ToList();
            RefuseFiles(archive, texts, display);
            var foreign = texts.SelectMany(Foreign).Distinct().Order(StringComparer.Ordinal).ToList();
            if (foreign.Count > 0)
            {
                throw Unreadable(display, $"it uses what libtorch does not have: {string.Join(", ", foreign)}.");
            }

            var scripts = new Dictionary<string, string>(StringComparer.Ordinal);
            foreach (var (entry, text) in archive.Entries.Zip(texts))
            {
                scripts[entry.FullName[(entry.FullName.IndexOf('/', StringComparison.Ordinal) + 1)..]] = text;
            }

            if (texts.SelectMany(text => Types().Matches(text).Select(match => match.Value)).FirstOrDefault(name => !IsDefined(name, scripts)) is { } missing)
            {
                throw Unreadable(display, $"it has no code for '{missing}'.");
            }

            return string.Join('\n', scripts.Where(script => script.Key.EndsWith(".py", StringComparison.Ordinal)).Select(script => script.Value));
        }
        catch (InvalidDataException exception)
        {
            throw Unreadable(display, exception.Message);
        }
    }

    public static MistakeException Unreadable(string display, string why) => MistakeException.InFile("RG0423", display,
        $"libtorch cannot read this TorchScript file: {why} It may be damaged, or use operators that are not built in. Export it again, or as ONNX.");

    /// <summary>
    /// A network is data, and has no business with files. A script may write an operator's name in many ways (through another
    /// name for <c>torch</c>, with a comment between), so the bare word is refused wherever it stands in the code.
    /// </summary>
    private static void RefuseFiles(ZipArchive archive, List<string> texts, string display)
    {
        if (archive.Entries.FirstOrDefault(entry => entry.Name == "model.json") is not null)
        {
            throw Unreadable(display, "it is of a format before PyTorch 1.1, whose scripts cannot be looked into.");
        }

        foreach (var (entry, text) in archive.Entries.Zip(texts).Where(pair => pair.First.FullName.EndsWith(".py", StringComparison.Ordinal)))
        {
            if (FileOperators().Match(text) is { Success: true } found)
            {
                throw MistakeException.InFile("RG0424", display,
                    $"its script '{entry.FullName}' has the name '{found.Value}', an operator of libtorch that reads or writes files. A network has no need of that, and such files are not run. Export the network alone, or as ONNX.");
            }
        }
    }

    /// <summary>Before anything is unpacked. No entry gives more bytes than it claims: reading ends there, and the checksum is wrong.</summary>
    private static void RefuseBombs(ZipArchive archive, long size, string display)
    {
        var (claimed, text) = (0.0, 0.0);
        foreach (var entry in archive.Entries)
        {
            claimed += entry.Length;
            text += IsText(entry) ? entry.Length : 0;
        }

        if (text > MaxText)
        {
            throw Unreadable(display, string.Create(CultureInfo.InvariantCulture, $"its scripts claim {text:N0} bytes; at most {MaxText:N0} are read."));
        }

        if (claimed > (double)MaxExpansion * size)
        {
            throw Unreadable(display, string.Create(CultureInfo.InvariantCulture, $"its {size:N0} bytes claim to unpack to {claimed:N0}."));
        }
    }

    private static bool IsText(ZipArchiveEntry entry) =>
        entry.FullName.EndsWith(".py", StringComparison.Ordinal) || entry.FullName.EndsWith("data.pkl", StringComparison.Ordinal);

    /// <summary>The text of scripts and object graphs, after comparing every entry's bytes with their checksum.</summary>
    private static string Text(ZipArchiveEntry entry, string display)
    {
        using var stream = entry.Open();
        var checksum = new Crc32();
        using var text = new MemoryStream();
        var isText = IsText(entry);
        var buffer = new byte[1 << 16];
        for (int read; (read = stream.Read(buffer)) > 0;)
        {
            checksum.Update(new ArraySegment<byte>(buffer, 0, read));
            text.Write(buffer, 0, isText ? read : 0);
        }

        return (uint)checksum.Value == entry.Crc32
            ? Encoding.Latin1.GetString(text.ToArray())
            : throw Unreadable(display, $"the checksum of '{entry.FullName}' is wrong.");
    }

    /// <summary>Operators and classes of other libraries.</summary>
    private static IEnumerable<string> Foreign(string text) =>
        Operators().Matches(text)
            .Where(match => !BuiltIn.Contains(match.Groups[1].Value))
            .Select(match => $"{match.Groups[1].Value}::{match.Groups[2].Value}");

    /// <summary>What <c>__torch__.a.b.Name</c> names stands in <c>code/__torch__/a/b.py</c>; a member may follow it.</summary>
    private static bool IsDefined(string name, Dictionary<string, string> scripts)
    {
        var parts = name.Split('.');
        for (var length = 1; length <= parts.Length; length++)
        {
            if (scripts.TryGetValue($"code/{string.Join('/', parts.Take(length))}.py", out var script)
                && (length == parts.Length || script.Contains($"class {parts[length]}(", StringComparison.Ordinal)
                    || script.Contains($"def {parts[length]}(", StringComparison.Ordinal)))
            {
                return true;
            }
        }

        return name.StartsWith("__torch__.torch.classes", StringComparison.Ordinal);
    }

    [GeneratedRegex(@"(?:\bops|__torch__\.torch\.classes)\.([A-Za-z_]\w*)\.(\w+)")]
    private static partial Regex Operators();

    /// <summary>All operators of libtorch that take the name of a file.</summary>
    [GeneratedRegex(@"\b(?:from_file|save)\b")]
    private static partial Regex FileOperators();

    [GeneratedRegex(@"__torch__(?:\.[A-Za-z_]\w*)*")]
    private static partial Regex Types();
}
