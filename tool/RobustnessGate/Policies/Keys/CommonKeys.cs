using RobustnessGate.Policies.Binding;

namespace RobustnessGate.Policies.Keys;

/// <summary>Keys that several sections have.</summary>
internal static class CommonKeys
{
    public static readonly Key<string> Sha256 = Key.May(
        "sha256", new TextForm("a SHA-256 of 64 hexadecimal digits", "^[0-9a-fA-F]{64}$"),
        "pin: the run is refused unless the file has this hash");

    /// <summary>The pin in lower case; null for none.</summary>
    public static string? Pin(Fields fields) => fields.Get(Sha256)?.ToLowerInvariant();
}
