using System.Security.Cryptography;
using RobustnessGate.Diagnostics;
using RobustnessGate.Kernels;
using RobustnessGate.Models.Onnx;
using RobustnessGate.Policies;

namespace RobustnessGate.Models;

/// <summary>Opens the model that a policy names, whatever its format.</summary>
internal static class ModelLoader
{
    /// <summary>Files beyond this are refused: protocol buffers end here, and weights may lie beside the file.</summary>
    private const long MaxBytes = int.MaxValue;

    /// <summary>Numbers in one input. Several inputs, and their gradients, must fit into memory together.</summary>
    private const double MaxFeatures = Limits.InputElements;

    /// <param name="model">An empty input shape takes the file's own, where it tells one.</param>
    /// <exception cref="MistakeException">RG04xx: what is wrong with the file, and what to do; RG0121 for mean or std.</exception>
    public static Classifier Load(ModelSection model)
    {
        var display = ShownPath.Of(model.Path);
        var bytes = Read(model.Path, display);
        var format = ModelFormats.Detect(bytes, display);
        // Before the network answers for the first time: wrong answers would be taken for its own.
        KernelSelection.Prepare(ownGraph: format == ModelFormat.Onnx);
        using var weights = Weights(model, format, display);
        var needed = format == ModelFormat.Assembly ? PrivateAssemblies.Of(bytes, model.Path, display) : PrivateAssemblies.None;
        if (format != ModelFormat.Onnx || !MayHaveExternalWeights(bytes))
        {
            CheckPin(model, Identity(bytes, ModuleAssembly.Digest(weights, needed)), display);
        }

        RequireShape(model, format, display);
        var network = Open(model, format, bytes, weights, needed, display);
        try
        {
            // Weights in files beside the model are part of it; reading ONNX runs nothing of the file's, so their pin can
            // wait until they are known.
            var sha256 = Identity(bytes, network.ExternalDigest);
            CheckPin(model, sha256, display);
            ModelChecks.RefuseShape(LogitShape.Of(network.ProbeOutput), BatchRunner.ProbeSize, display);
            var input = model.Input.Shape.IsEmpty
                ? model.Input with { Shape = [.. network.InputShape!.Select(size => (int)size)] }
                : model.Input;
            RequireChannels(input, display);
            return new Classifier(network, input, sha256);
        }
        catch
        {
            network.Dispose();
            throw;
        }
    }

    /// <summary>That the shape of an input is known, and small enough to be computed with.</summary>
    private static void RequireShape(ModelSection model, ModelFormat format, string display)
    {
        if (format != ModelFormat.Onnx && model.Input.Shape.IsEmpty)
        {
            throw MistakeException.InFile("RG0425", display,
                "this format does not tell the shape of the network's input, and nothing else does. Give the shape of one input, without the batch: --shape 3x32x32, or shape: [3, 32, 32] in a policy.");
        }

        var features = model.Input.Shape.Aggregate(1.0, (product, size) => product * size);
        if (!(features <= MaxFeatures))
        {
            throw MistakeException.InFile("RG0416", display, FormattableString.Invariant(
                $"an input of shape {string.Join('×', model.Input.Shape)} has {features:N0} numbers; at most {MaxFeatures:N0} are handled. Correct the shape."));
        }
    }

    /// <summary>That mean and std have one value, or one for each channel.</summary>
    private static void RequireChannels(InputSection input, string display)
    {
        if (ChannelFit.Misfit("mean", input.Mean.Length, input) is { } mean)
        {
            throw MistakeException.InFile("RG0121", display, mean);
        }

        if (ChannelFit.Misfit("std", input.Std.Length, input) is { } std)
        {
            throw MistakeException.InFile("RG0121", display, std);
        }
    }

    private static StateDictionary? Weights(ModelSection model, ModelFormat format, string display)
    {
        if (format != ModelFormat.Assembly && (model.Type ?? model.Weights) is not null)
        {
            throw MistakeException.InFile("RG0419", display,
                "model.type and model.weights belong to a TorchSharp assembly, but this is another format, which holds its own weights. Remove them.");
        }

        if (format != ModelFormat.Onnx && model.Gradients != GradientMode.Exact)
        {
            throw MistakeException.InFile("RG0435", display,
                "gradients: straight-through works for ONNX models alone: in other formats the steps cannot be found. Remove it, or export the model to ONNX.");
        }

        return model.Weights is { } path ? WeightsFile.Read(path) : null;
    }

    private static IOpenedNetwork Open(ModelSection model, ModelFormat format, byte[] bytes, StateDictionary? weights, PrivateAssemblies needed, string display) => format switch
    {
        ModelFormat.Onnx => OnnxNetwork.Parse(
            bytes, display, new OnnxOptions(model.Input.Shape, model.Input.Bounds, model.Gradients == GradientMode.StraightThrough), Path.GetDirectoryName(Path.GetFullPath(model.Path))),
        ModelFormat.TorchScript => TorchScriptModel.Load(bytes, display, model.Input),
        ModelFormat.Assembly => ModuleAssembly.Load(model, bytes, weights, needed, display),
        _ => throw new ArgumentOutOfRangeException(nameof(format), format, "no such format"),
    };

    /// <summary>Whether an ONNX file can name other files: the key of their entries must stand in it.</summary>
    private static bool MayHaveExternalWeights(ReadOnlySpan<byte> file) => file.IndexOf("location"u8) >= 0;

    /// <summary>SHA-256 of the file; with weights or assemblies in files beside it, of that hash and theirs.</summary>
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
                : "the file does not exist, so there is nothing to evaluate. Paths are relative to the policy file." + ShownPath.Advice(path));
        }

        if (file.Length == 0)
        {
            // Pipes and devices have no length, and reading them may never end.
            throw MistakeException.InFile("RG0401", display, "the file is empty, or no ordinary file. Export the model again, or name its file.");
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
