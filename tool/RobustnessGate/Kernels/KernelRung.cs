namespace RobustnessGate.Kernels;

/// <summary>A way of computing on this machine, fastest first.</summary>
public enum KernelRung
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

public static class KernelRungs
{
    /// <summary>As run.json, baselines and doctor call it.</summary>
    public static string Name(this KernelRung rung) => rung switch
    {
        KernelRung.AsShipped => "as-shipped",
        KernelRung.ByLayer => "proved-by-layer",
        KernelRung.OlderInstructions => "older-instructions",
        _ => "without-vendor-libraries",
    };
}
