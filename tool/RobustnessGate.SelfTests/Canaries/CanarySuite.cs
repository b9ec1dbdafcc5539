namespace RobustnessGate.SelfTests.Canaries;

/// <summary>
/// The self-test of the attack suite: bundled models with known outcomes. A gate that cannot break its canaries has no
/// business judging other models.
/// </summary>
internal static class CanarySuite
{
    /// <summary>Runs all canaries on the CPU, in a few seconds.</summary>
    /// <param name="cancel">Stops within one batch.</param>
    /// <returns>One outcome for each canary, in a fixed order.</returns>
    /// <exception cref="Diagnostics.MistakeException">libtorch cannot be loaded.</exception>
    public static IReadOnlyList<CanaryOutcome> Run(CancellationToken cancel) =>
        [.. All.Select(canary => canary.Run(attack => attack, cancel))];

    /// <summary>Made anew by every enumeration.</summary>
    internal static IEnumerable<Canary> All
    {
        get
        {
            Native.LibTorch.Load();
            return LinearCanaries.All.Concat(MaskedCanaries.All).Append(TieCanary.Create());
        }
    }
}
