using System.Collections.Immutable;
using RobustnessGate.Diagnostics;
using RobustnessGate.Facts;
using RobustnessGate.Gating;
using RobustnessGate.Maths;
using RobustnessGate.Policies;

namespace RobustnessGate.Results;

/// <summary>Makes a baseline of facts, or of the results that hold them.</summary>
internal static class Pinning
{
    /// <summary>Pins results. Per-sample values are kept of the indicators that the policy's rules compare.</summary>
    /// <exception cref="MistakeException">The results are those of an evaluation that did not finish.</exception>
    /// <param name="machine">Where the results were made; null where nobody knows.</param>
    public static Baseline Of(ResultsDocument results, Policy policy, Fingerprint? machine = null)
    {
        var made = Of(results.ToEvaluation(), policy, results.Tool.Version, machine);
        return made with
        {
            Origin = made.Origin with { PolicySha256 = results.Policy.Sha256, Seed = results.Seed },
            Indicator = made.Indicator is { } indicator ? indicator with { Summary = results.Indicator!.Summary } : null,
        };
    }

    /// <summary>Pins what was measured as a policy says.</summary>
    /// <exception cref="MistakeException">The evaluation did not finish.</exception>
    /// <param name="tool">Version of the tool that measured.</param>
    /// <param name="machine">Where; null where nobody knows.</param>
    public static Baseline Of(EvaluationFacts facts, Policy policy, string tool, Fingerprint? machine = null)
    {
        if (facts is not { Completed: true, Natural: { Bits.Count: > 0 } natural, Data: { } data })
        {
            throw new MistakeException(ExitCode.BaselineUnusable, new Finding("RG0208", Severity.Error, null,
                "these results cannot be pinned: the evaluation did not finish, and samples that nothing attacked "
                + "would count as robust for ever. Run check again, then baseline update."));
        }

        var compared = policy.Gate.Rules
            .Where(rule => rule.MaxDropRatio is not null || rule.MaxRiseRatio is not null)
            .Select(rule => Baseline.Quantity(rule.Metric)).ToHashSet(StringComparer.Ordinal);
        return new(
            new BaselineOrigin(
                tool, facts.Run?.TorchVersion, policy.Source.Sha256, facts.Model?.Sha256, data.Sha256, policy.Seed,
                machine?.Device, machine?.Precision, machine?.Kernels,
                facts.Findings.Any(finding => finding.Code == Gate.Masked) ? false : null),
            data.SampleIds, natural.Bits,
            [
                .. facts.Attacks.Select(a => new PinnedAttack(
                    a.Id, a.Name, a.Protocol, a.Norm, a.Epsilon, a.Targeted, a.Bits, a.Targeted ? WorstCase.Unbroken(a, data) : null)),
            ],
            facts.Indicator is { } indicator ? Pin(IndicatorResult.Of(indicator, facts), compared) : null);
    }

    private static PinnedIndicator Pin(IndicatorResult indicator, HashSet<string> compared) => new(
        indicator.Samples, indicator.Right,
        indicator.PerSample.Values.Where(pair => compared.Contains(pair.Key)).ToImmutableSortedDictionary(
            pair => pair.Key, pair => pair.Value.Select(Rounding.FourDigits).ToImmutableArray(), StringComparer.Ordinal),
        indicator.Summary, indicator.Context?.Protocol);
}
