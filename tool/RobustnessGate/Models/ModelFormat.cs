using System.IO.Compression;
using System.Text;
using RobustnessGate.Diagnostics;

namespace RobustnessGate.Models;

internal enum ModelFormat { Onnx, TorchScript, Assembly }

/// <summary>Tells a model's format by its first bytes; the name is only asked where those say nothing.</summary>
internal static class ModelFormats
{
    private const string WayOut = "Export with torch.jit.script(model).save(…) or torch.onnx.export(…).";

    /// <summary>Formats that are recognised only to say what to do instead: offset, signature, name, advice.</summary>
    private static readonly (int Offset, byte[] Bytes, string Name, string Advice)[] Foreign =
    [
        (0, [0x89, .. "HDF"u8], "a Keras or HDF5 file", "Convert it with tf2onnx."),
        (4, "TFL3"u8.ToArray(), "a TensorFlow Lite file", "Convert it with tf2onnx (--tflite)."),
        (4, "ORTM"u8.ToArray(), "an ONNX Runtime format file", "Use the .onnx file that it was made from."),
        (0, [0x1f, 0x8b], "gzip data", "Unpack it first."),
    ];

    /// <exception cref="MistakeException">RG0401 unknown, RG0402 a Python pickle.</exception>
    public static ModelFormat Detect(byte[] bytes, string display)
    {
        if (bytes is [0x80, >= 2 and <= 5, ..])
        {
            throw Pickle(display);
        }

        if (LfsPointer.Is(bytes))
        {
            throw MistakeException.InFile("RG0401", display, LfsPointer.Advice);
        }

        foreach (var (offset, signature, name, advice) in Foreign)
        {
            if (bytes.Length >= offset + signature.Length && bytes.AsSpan(offset).StartsWith(signature))
            {
                throw Unknown(display, $"this is {name}", advice);
            }
        }

        return bytes switch
        {
            [(byte)'P', (byte)'K', 3, 4, ..] => Zip(bytes, display),
            [(byte)'M', (byte)'Z', ..] => ModelFormat.Assembly,
            [0x08, ..] => ModelFormat.Onnx,
            _ when Path.GetExtension(display).Equals(".onnx", StringComparison.OrdinalIgnoreCase) => ModelFormat.Onnx,
            _ => throw Unknown(display, bytes.Length == 0 ? "the file is empty" : "the file's format is not recognised",
                "Give an ONNX file, a TorchScript file, or a TorchSharp assembly."),
        };
    }

    /// <summary>TorchScript and pickled checkpoints are both zip archives; only the former has code in it.</summary>
    private static ModelFormat Zip(byte[] bytes, string display)
    {
        try
        {
            using var archive = new ZipArchive(new MemoryStream(bytes), ZipArchiveMode.Read, leaveOpen: false, Encoding.UTF8);
            var names = archive.Entries.Select(entry => entry.FullName).ToList();
            return names.Any(name => name.Contains("/code/", StringComparison.Ordinal)) ? ModelFormat.TorchScript
                : names.Any(name => name.EndsWith(".pkl", StringComparison.Ordinal)) ? throw Pickle(display)
                : throw Unknown(display, "this zip archive holds no network", WayOut);
        }
        catch (InvalidDataException)
        {
            throw Unknown(display, "this zip archive is damaged", "Export or download the model again.");
        }
    }

    public static MistakeException Pickle(string display) => MistakeException.InFile(
        "RG0402", display, $"this is a Python pickle, which can run code when opened. {WayOut}");

    private static MistakeException Unknown(string display, string what, string advice) => MistakeException.InFile(
        "RG0401", display, $"{what}, so there is no network to evaluate. {advice}");
}
