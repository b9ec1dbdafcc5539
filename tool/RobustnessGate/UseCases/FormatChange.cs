using RobustnessGate.Diagnostics;
using RobustnessGate.Facts;
using RobustnessGate.Hosting;
using RobustnessGate.Integrity;
using RobustnessGate.Models;
using RobustnessGate.Policies;

namespace RobustnessGate.UseCases;

/// <summary>
/// Whether a change replaces a model that is data by one that is code. An ONNX file says what it computes; a script may
/// decide by anything that it computes, and an assembly by anything at all.
/// </summary>
internal static class FormatChange
{
    public static IEnumerable<JudgeChange> Of(IRepository repository, string commit, ModelSection before, ModelSection after)
    {
        if (Now(after) is not { } now || now == ModelFormat.Onnx)
        {
            yield break;
        }

        // What is not checked in can be told by its name alone.
        var was = repository.Read(commit, before.Path) is { } bytes ? Of(bytes, before.Path) : ByName(before.Path);
        if (was is null || was.Value < now)
        {
            yield return new(IntegrityReview.FormatField, was is null ? "unknown" : Name(was.Value), Name(now), JudgeEffect.Weaker, "model.path");
        }
    }

    private static ModelFormat? Now(ModelSection model)
    {
        try
        {
            return Of(File.ReadAllBytes(model.Path), model.Path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // Nothing will be evaluated.
            return null;
        }
    }

    private static ModelFormat? Of(byte[] bytes, string path)
    {
        try
        {
            return ModelFormats.Detect(bytes, path);
        }
        catch (MistakeException)
        {
            return ByName(path);
        }
    }

    private static ModelFormat? ByName(string path) => Path.GetExtension(path).ToLowerInvariant() switch
    {
        ".onnx" => ModelFormat.Onnx,
        ".pt" or ".pth" or ".torchscript" => ModelFormat.TorchScript,
        ".dll" => ModelFormat.Assembly,
        _ => null,
    };

    private static string Name(ModelFormat format) => format switch
    {
        ModelFormat.Onnx => "onnx",
        ModelFormat.TorchScript => "torchscript",
        _ => "assembly",
    };
}
