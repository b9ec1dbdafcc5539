using System.Security.Cryptography;
using RobustnessGate.Gating;
using RobustnessGate.Models.Onnx;
using RobustnessGate.Policies;

namespace RobustnessGate.Models;

/// <summary>Opens the model that a policy names, whatever its format.</summary>
public static class ModelLoader
{
    /// <summary>Files beyond this are refused: protocol buffers end here, and weights may lie beside the file.</summary>
    private const long MaxBytes = int.MaxValue;

    /// <exception cref="MistakeException">RG04xx: what is wrong with the file, and what to do.</exception>
    public static Classifier Load(ModelSection model)
    {
        var display = Path.GetFileName(model.Path);
        var bytes = Read(model.Path, display);
        if (!MayHaveExternalWeights(bytes))
        {
            CheckPin(model, Identity(bytes, external: null), display);
        }

        var network = ModelFormats.Detect(bytes, display) switch
        {
            ModelFormat.Onnx => OnnxNetwork.Load(model.Path, new OnnxOptions(model.Input.Shape, model.Input.Bounds)),
            var format => throw MistakeException.InFile("RG0401", display,
                $"this is a {format} file, which this version does not read. Export the model as ONNX."),
        };
        try
        {
            // Weights in files beside the model are part of it; reading ONNX runs nothing of the file's, so their pin can
            // wait until they are known.
            var sha256 = Identity(bytes, network.ExternalDigest);
            CheckPin(model, sha256, display);
            ModelChecks.RefuseShape(network.ProbeOutput, BatchRunner.ProbeSize, display);
            return new Classifier(network, model.Input, sha256);
        }
        catch
        {
            network.Dispose();
            throw;
        }
    }

    /// <summary>Whether an ONNX file can name other files: the key of their entries must stand in it.</summary>
    private static bool MayHaveExternalWeights(ReadOnlySpan<byte> file) => file.IndexOf("location"u8) >= 0;

    /// <summary>SHA-256 of the file; with weights in files beside it, of that hash and theirs.</summary>
    private static string Identity(byte[] file, byte[]? external)
    {
        var hash = SHA256.HashData(file);
        return Convert.ToHexStringLower(external is null ? hash : SHA256.HashData([.. hash, .. external]));
    }

    private static byte[] Read(string path, string display)
    {
        var file = new FileInfo(path);
        if (!file.Exists)
        {
            throw MistakeException.InFile("RG0403", display, Directory.Exists(path)
                ? "this is a folder; model.path must name a file."
                : "the file does not exist, so there is nothing to evaluate. Paths are relative to the policy file.");
        }

        return file.Length <= MaxBytes
            ? File.ReadAllBytes(path)
            : throw MistakeException.InFile("RG0416", display,
                $"the file has {file.Length:N0} bytes; at most {MaxBytes:N0} are read. Export it with external data.");
    }

    private static void CheckPin(ModelSection model, string actual, string display)
    {
        if (model.Sha256 is { } pin)
        {
            if (!actual.Equals(pin, StringComparison.OrdinalIgnoreCase))
            {
                throw MistakeException.InFile("RG0404", display,
                    $"the file's SHA-256 is {actual}, but the policy pins {pin}: this is another model. Restore the file, or change model.sha256 on purpose.");
            }
        }
    }
}
