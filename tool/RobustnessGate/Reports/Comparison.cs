using System.Collections.Immutable;
using RobustnessGate.Gating;
using RobustnessGate.Results;

namespace RobustnessGate.Reports;

/// <summary>One measured count beside its pinned one; the pinned side is null where nothing comparable was pinned.</summary>
/// <param name="Kind">"natural", "attack" or "worst case".</param>
public sealed record CountLine(
    string Kind, string Id, string Norm, double? Epsilon, BitString Bits, Interval Interval, BitString? Pinned,
    double? Forwards, double? Backwards)
{
    public IEnumerable<int> NewlyBroken => Where((before, now) => before && !now);

    public IEnumerable<int> NewlyFixed => Where((before, now) => !before && now);

    private IEnumerable<int> Where(Func<bool, bool, bool> changed) => Pinned is null
        ? []
        : Enumerable.Range(0, Bits.Count).Where(i => changed(Pinned[i], Bits[i]));
}

/// <summary>What reports set beside each other, derived from stored results alone.</summary>
internal static class Comparison
{
    /// <summary>Natural accuracy, every attack in the order of the policy, then every worst case of a finished evaluation.</summary>
    public static ImmutableArray<CountLine> Lines(ResultsDocument results)
    {
        var evaluation = results.ToEvaluation();
        var lines = ImmutableArray.CreateBuilder<CountLine>();
        if (results.Natural is { } natural)
        {
            lines.Add(new("natural", "natural", "", null, natural.Bits, natural.Interval, results.Baseline?.Natural, 1, 0));
        }

        foreach (var attack in results.Attacks)
        {
            var pinned = results.Baseline is { } baseline && Pairing.Difference(attack.ToFact(), baseline) is null
                ? baseline.Attacks.Single(pinned => pinned.Id == attack.Id).Bits
                : null;
            var total = Math.Max(1, attack.Total);
            lines.Add(new(
                "attack", attack.Id, attack.Norm, attack.Epsilon, attack.Bits, attack.Interval, pinned,
                (double)attack.Forwards / total, (double)attack.Backwards / total));
        }

        // Of an unfinished evaluation the worst is yet to come.
        foreach (var worst in results.Completed ? results.WorstCase : [])
        {
            var measured = new WorstCase(worst.Norm, worst.Epsilon, worst.Bits, worst.Attacks);
            var pinned = results.Baseline is { } baseline && Pairing.Difference(measured, evaluation, baseline) is null
                ? WorstCase.Of(baseline.AsEvaluation(), worst.Norm, worst.Epsilon)?.Bits
                : null;
            lines.Add(new("worst case", "worst case", worst.Norm, worst.Epsilon, worst.Bits, worst.Interval, pinned, null, null));
        }

        return lines.ToImmutable();
    }

    /// <summary>What about the judge is not as it was when the baseline was pinned; empty where everything is.</summary>
    public static IEnumerable<string> Judge(ResultsDocument results)
    {
        if (results.Baseline is not { Origin: var origin } baseline)
        {
            yield break;
        }

        if (origin.PolicySha256 != results.Policy.Sha256)
        {
            yield return "the policy file";
        }

        if (origin.Seed != results.Seed)
        {
            yield return $"seed {origin.Seed} → {results.Seed}";
        }

        if (origin.Tool != results.Tool.Version)
        {
            yield return $"RobustnessGate {origin.Tool} → {results.Tool.Version}";
        }

        if (origin.Torch != results.Tool.Torch && origin.Torch is not null && results.Tool.Torch is not null)
        {
            yield return $"libtorch {origin.Torch} → {results.Tool.Torch}";
        }

        foreach (var gone in baseline.Attacks.Select(attack => attack.Id).Except(results.Attacks.Select(attack => attack.Id)))
        {
            yield return $"{gone} no longer runs";
        }

        foreach (var difference in results.Attacks.Select(attack => Pairing.Difference(attack.ToFact(), baseline)).OfType<string>())
        {
            yield return difference;
        }
    }
}
