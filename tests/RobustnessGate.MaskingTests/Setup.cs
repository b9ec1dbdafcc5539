using System.Runtime.CompilerServices;

namespace RobustnessGate.MaskingTests;

internal static class Setup
{
    /// <summary>As for the tests that this project refers to, also where TorchSharp is touched before any of them.</summary>
    [ModuleInitializer]
    internal static void LoadLibTorch() => Tests.Setup.LoadLibTorch();
}
