using System.Collections.Generic;

namespace RobustnessGate.Tasks;

/// <summary>Runs <c>harden</c>: trains or fine-tunes with a regime of the policy. Never part of a default build.</summary>
public sealed class RobustnessHarden : RobustnessToolTask
{
    public string? Policy { get; set; }

    public string? Output { get; set; }

    public string? Regime { get; set; }

    public string? Epochs { get; set; }

    public string? Device { get; set; }

    public string? Threads { get; set; }

    public string? Seed { get; set; }

    public string? Verbosity { get; set; }

    protected override string Verb => "harden";

    protected override IEnumerable<(string Option, string? Value)> Options =>
    [
        ("--policy", Policy), ("--output", Output), ("--regime", Regime), ("--epochs", Epochs), ("--device", Device),
        ("--threads", Threads), ("--seed", Seed), ("--verbosity", Verbosity),
    ];
}
