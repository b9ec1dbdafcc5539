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
        TorchScriptArchive.Check(bytes, display);
        StorageClaims.Check(bytes, display);
        return new ModuleNetwork("torchscript", display, ModelCard.Empty with { Summary = "TorchScript" }, input, () => Open(bytes, display));
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

        return new OpenedModule(module, input => module.forward(input) is Tensor output
            ? output
            : throw MistakeException.InFile("RG0409", display,
                "the network answers with several values; a classifier answers with one tensor of logits. Export a wrapper that returns the logits alone."))
        {
            Rewritten = _ => Saved(module),
        };
    }

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
