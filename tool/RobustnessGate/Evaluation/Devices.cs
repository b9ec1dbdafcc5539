using RobustnessGate.Diagnostics;
using TorchSharp;
using static TorchSharp.torch;

namespace RobustnessGate.Evaluation;

/// <summary>Turns the name of a device into a device that is there.</summary>
internal static class Devices
{
    /// <summary>"cpu", or "cpu and 1 CUDA device"; libtorch is loaded.</summary>
    public static string Describe() => cuda_is_available() ? FormattableString.Invariant($"cpu and {torch.cuda.device_count()} CUDA devices") : "cpu";

    /// <param name="name">"auto", "cpu", "cuda" or "cuda:n".</param>
    /// <exception cref="MistakeException">RG0908: the device is not there.</exception>
    public static Device Choose(string name)
    {
        var cuda = cuda_is_available();
        if (name == "auto")
        {
            return cuda ? CUDA : CPU;
        }

        if (name == "cpu")
        {
            return CPU;
        }

        var number = name.StartsWith("cuda:", StringComparison.Ordinal) && int.TryParse(name[5..], out var n) ? n : 0;
        if (!cuda || number >= torch.cuda.device_count())
        {
            throw new MistakeException(ExitCode.BadCommandLine, new Finding(
                "RG0908", Severity.Error, null,
                $"device '{name}' is not there: libtorch sees {(cuda ? torch.cuda.device_count() : 0)} CUDA devices. Use --device cpu, or build with -p:TorchBackend=cuda on a machine with a GPU."));
        }

        return device($"cuda:{number}");
    }
}
