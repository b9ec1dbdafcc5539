using RobustnessGate.Diagnostics;
using RobustnessGate.Gating;
using RobustnessGate.Policies;
using RobustnessGate.Results;

namespace RobustnessGate.UseCases;

/// <summary>The baseline in a file, or none.</summary>
/// <param name="choice">A path instead of the policy's, or <see cref="CheckRequest.NoBaseline"/>; null for the policy's.</param>
internal sealed class FileSource(string? choice, Policy policy) : IBaselineSource
{
    public Reference Read()
    {
        if (choice == CheckRequest.NoBaseline)
        {
            return new(policy, choice, []) { WithoutBaseline = true };
        }

        var path = choice ?? policy.Gate.Baseline;
        var release = policy.Gate.Release;
        var shown = choice is null ? null : new Places(policy).Relative(choice);
        var reference = new Reference(policy, shown, path is null ? [] : release is null ? [path] : [path, release]);
        try
        {
            reference = reference with { Baseline = path is null ? null : BaselineUpdate.Read(path) };
            return reference with
            {
                Release = release is null ? null : BaselineUpdate.Read(release),
                Missing = shown is not null && reference.Baseline is null ? NamedInVain(shown) : null,
            };
        }
        catch (MistakeException mistake)
        {
            return reference with { Mistake = mistake };
        }
    }

    private Finding NamedInVain(string shown) => new("RG0201", Severity.Error, policy.Source.At("gate.baseline"),
        $"there is no baseline at '{shown}', which --baseline (or ROBUSTNESS_GATE_BASELINE) names. Name the file that you meant, or pin one with baseline update.");
}
