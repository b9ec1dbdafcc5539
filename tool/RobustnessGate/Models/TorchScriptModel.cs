using System.Runtime.InteropServices;
using RobustnessGate.Diagnostics;
using RobustnessGate.Policies;
using TorchSharp;
using static TorchSharp.torch;

namespace RobustnessGate.Models;

/// <summary>Reads TorchScript files: scripted, traced and frozen (the last for evaluation in float32 alone).</summary>
internal static class TorchScriptModel
{
    /// <exception cref="MistakeException">RG0415, RG0423 or RG0422.</exception>
    public static ModuleNetwork Load(byte[] bytes, string display, InputSection input)
    {
        var code = TorchScriptArchive.Check(bytes, display);
        StorageClaims.Check(bytes, display);
        return new ModuleNetwork("torchscript", display, ModelCard.Empty with { Summary = "TorchScript" }, input, () => Open(bytes, display) with { Mentions = code });
    }

    private static OpenedModule Open(byte[] bytes, string display)
    {
        jit.ScriptModule module;
        try
        {
            module = jit.load(bytes);
        }
        catch (ExternalException exception)
        {
            throw TorchScriptArchive.Unreadable(display, exception.Message.Split('\n')[0].Trim());
        }

        return new OpenedModule(module, input => Answer(module, input, display))
        {
            Rewritten = _ => Saved(module),
        };
    }

    private static Tensor Answer(jit.ScriptModule module, Tensor input, string display)
    {
        object? answer;
        try
        {
            answer = module.forward(input);
        }
        catch (ArgumentOutOfRangeException)
        {
            // What the engine says of a kind of answer that it does not know.
            throw NoTensor("a dictionary or another structure", display);
        }

        return answer as Tensor ?? throw NoTensor("several values", display);
    }

    private static MistakeException NoTensor(string what, string display) => MistakeException.InFile("RG0409", display,
        $"the network answers with {what}; a classifier answers with one tensor of logits. Export a wrapper that returns the logits alone.");

    /// <summary>libtorch writes files alone.</summary>
    private static byte[] Saved(jit.ScriptModule module)
    {
        var file = Path.GetTempFileName();
        try
        {
            jit.save(module, file);
            return File.ReadAllBytes(file);
        }
        finally
        {
            File.Delete(file);
        }
    }
}
