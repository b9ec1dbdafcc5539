using System.Runtime.CompilerServices;
using RobustnessGate.Kernels;
using RobustnessGate.Native;

namespace RobustnessGate.Tests;

internal static class Setup
{
    /// <summary>
    /// Tests may touch TorchSharp before any type of the library; one thread keeps floats reproducible; and what a test
    /// computes by itself has to be right on every processor.
    /// </summary>
    [ModuleInitializer]
    internal static void LoadLibTorch()
    {
        LibTorch.Load();
        TorchSharp.torch.set_num_threads(1);
        KernelSelection.Prepare(ownGraph: false);
    }
}
