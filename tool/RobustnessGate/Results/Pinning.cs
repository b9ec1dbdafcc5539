using System.Collections.Immutable;
using RobustnessGate.Diagnostics;
using RobustnessGate.Facts;
using RobustnessGate.Gating;
using RobustnessGate.Maths;
using RobustnessGate.Policies;

namespace RobustnessGate.Results;

/// <summary>Makes a baseline of results.</summary>
public static class Pinning
{
    /// <summary>Pins results. Per-sample values are kept of the indicators that the policy's rules compare.</summary>
    /// <exception cref="MistakeException">The results are those of an evaluation that did not finish.</exception>
    /// <param name="machine">Where the results were made; null where nobody knows.</param>
    public static Baseline Of(ResultsDocument results, Policy policy, Fingerprint? machine = null)
    {
        if (results is not { Completed: true, Natural: { Total: > 0 } natural, Data: { } data })
        {
            throw new MistakeException(ExitCode.BaselineUnusable, new Finding("RG0208", Severity.Error, null,
                "these results cannot be pinned: the evaluation did not finish, and samples that nothing attacked "
                + "would count as robust for ever. Run check again, then baseline update."));
        }

        var compared = policy.Gate.Rules
            .Where(rule => rule.MaxDropRatio is not null || rule.MaxRiseRatio is not null)
            .Select(rule => Baseline.Quantity(rule.Metric)).ToHashSet(StringComparer.Ordinal);
        var facts = results.ToEvaluation();
        return new(
            new BaselineOrigin(results.Tool.Version, results.Tool.Torch, results.Policy.Sha256, results.Model?.Sha256, data.Sha256, results.Seed, machine?.Device, machine?.Precision, machine?.Kernels),
            data.SampleIds, natural.Bits,
            [
                .. facts.Attacks.Select(a => new PinnedAttack(
                    a.Id, a.Name, a.Protocol, a.Norm, a.Epsilon, a.Targeted, a.Bits, a.Targeted ? WorstCase.Unbroken(a, facts.Data) : null)),
            ],
            results.Indicator is { } indicator ? Pin(indicator, compared) : null);
    }

    private static PinnedIndicator Pin(IndicatorResult indicator, HashSet<string> compared) => new(
        indicator.Samples, indicator.Right,
        indicator.PerSample.Values.Where(pair => compared.Contains(pair.Key)).ToImmutableSortedDictionary(
            pair => pair.Key, pair => pair.Value.Select(Rounding.FourDigits).ToImmutableArray(), StringComparer.Ordinal),
        indicator.Summary, indicator.Context?.Protocol);
}
