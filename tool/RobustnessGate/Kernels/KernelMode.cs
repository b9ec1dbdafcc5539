namespace RobustnessGate.Kernels;

/// <summary>A way of computing on this machine, fastest first.</summary>
internal enum KernelMode
{
    /// <summary>Everything as the library has it.</summary>
    AsShipped,

    /// <summary>Each convolution of a graph that is ours in the fastest way that proves right for it.</summary>
    ByLayer,

    /// <summary>The vendor library held to older instructions of the processor.</summary>
    OlderInstructions,

    /// <summary>Without the vendor library.</summary>
    WithoutVendorLibraries,
}

internal static class KernelModes
{
    /// <summary>As run.json, baselines and doctor call it.</summary>
    public static string Name(this KernelMode mode) => mode switch
    {
        KernelMode.AsShipped => "as-shipped",
        KernelMode.ByLayer => "proved-by-layer",
        KernelMode.OlderInstructions => "older-instructions",
        KernelMode.WithoutVendorLibraries => "without-vendor-libraries",
        _ => throw new ArgumentOutOfRangeException(nameof(mode), mode, "no such way of computing"),
    };
}
