using RobustnessGate.Facts;

namespace RobustnessGate.Gating;

/// <summary>What about a machine can change the last bits of floats, and so an outcome at the boundary. Null: not known.</summary>
/// <param name="Device">Kind of the device: "cpu", "cuda".</param>
/// <param name="Precision">Of verdicts: "float64" or "float32".</param>
/// <param name="Kernels">How the tensor library computed, where not as shipped.</param>
internal sealed record Fingerprint(string? Torch, string? Device, string? Precision, string? Kernels = null)
{
    private const string AsShipped = "as-shipped";

    public static Fingerprint Of(RunFact? run) => new(run?.TorchVersion, Kind(run?.Device), run?.Precision, Unusual(run?.Kernels));

    public static Fingerprint Of(BaselineOrigin origin) => new(origin.Torch, origin.Device, origin.Precision, origin.Kernels);

    /// <summary>"cuda:1" is of the kind "cuda"; null where there is none.</summary>
    public static string? Kind(string? device) => string.IsNullOrEmpty(device) ? null : device.Split(':')[0];

    /// <summary>How it computed; null where as shipped, or not known.</summary>
    public static string? Unusual(KernelFacts? kernels) => kernels is null or { Way: AsShipped } ? null : kernels.Way;

    /// <summary>In words, what is known of both and not the same; empty where comparing across is comparing alike.</summary>
    public IReadOnlyList<string> DifferencesTo(Fingerprint now) =>
    [
        .. new[] { ("libtorch", Torch, now.Torch), ("device", Device, now.Device), ("precision", Precision, now.Precision),
                ("kernels", Kernels ?? AsShipped, now.Kernels ?? AsShipped) }
            .Where(part => part.Item2 is not null && part.Item3 is not null && part.Item2 != part.Item3)
            .Select(part => $"{part.Item1} {part.Item2} → {part.Item3}"),
    ];
}
