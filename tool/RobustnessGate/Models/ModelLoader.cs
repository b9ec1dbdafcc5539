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
        var sha256 = Convert.ToHexStringLower(SHA256.HashData(bytes));
        CheckPin(model, sha256, display);
        var network = Open(model, bytes, display);
        try
        {
            ModelChecks.RefuseShape(LogitShape.Of(network.ProbeOutput), BatchRunner.ProbeSize, display);
            return new Classifier(network, model.Input, Identity(sha256, network.OtherFiles));
        }
        catch
        {
            network.Dispose();
            throw;
        }
    }

    private static IOpenedNetwork Open(ModelSection model, byte[] bytes, string display)
    {
        var format = ModelFormats.Detect(bytes, display);
        if (format != ModelFormat.Assembly && (model.Type ?? model.Weights) is not null)
        {
            throw MistakeException.InFile("RG0419", display,
                "model.type and model.weights belong to a TorchSharp assembly, but this is another format, which holds its own weights. Remove them.");
        }

        return format switch
        {
            ModelFormat.Onnx => OnnxNetwork.Parse(
                bytes, display, new OnnxOptions(model.Input.Shape, model.Input.Bounds), Path.GetDirectoryName(Path.GetFullPath(model.Path))),
            ModelFormat.TorchScript => TorchScriptModel.Load(bytes, display, model.Input),
            _ => ModuleAssembly.Load(model, bytes, display),
        };
    }

    /// <summary>One hash for all the files that make up a model: the file's own where it stands alone.</summary>
    private static string Identity(string sha256, IReadOnlyList<string> otherFiles)
    {
        if (otherFiles.Count == 0)
        {
            return sha256;
        }

        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Convert.FromHexString(sha256));
        foreach (var path in otherFiles)
        {
            using var stream = File.OpenRead(path);
            hash.AppendData(SHA256.HashData(stream));
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
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
