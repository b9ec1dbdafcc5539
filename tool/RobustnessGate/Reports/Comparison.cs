using System.Collections.Immutable;
using RobustnessGate.Facts;
using RobustnessGate.Gating;
using RobustnessGate.Maths;
using RobustnessGate.Results;

namespace RobustnessGate.Reports;

/// <summary>One measured count beside its pinned one; the pinned side is null where nothing comparable was pinned.</summary>
/// <param name="Kind">"natural", "attack" or "worst case".</param>
internal sealed record CountLine(
    string Kind, string Id, string Norm, double? Epsilon, BitString Bits, Interval Interval, BitString? Pinned,
    double? Forwards, double? Backwards)
{
    /// <summary>Whether the count is of samples that do not reach their target: far more than keep their class.</summary>
    public bool Targeted { get; init; }

    /// <summary>To follow the id.</summary>
    public string Goal => Targeted ? " (targeted)" : "";

    public IEnumerable<int> NewlyBroken => Where((before, now) => before && !now);

    public IEnumerable<int> NewlyFixed => Where((before, now) => !before && now);

    private IEnumerable<int> Where(Func<bool, bool, bool> changed) => Pinned is null
        ? []
        : Enumerable.Range(0, Bits.Count).Where(i => changed(Pinned[i], Bits[i]));
}

/// <summary>What reports set beside each other, derived from stored results alone.</summary>
internal static class Comparison
{
    private const string Natural = "natural";

    /// <summary>Natural accuracy, every attack in the order of the policy, then every worst case of a finished evaluation.</summary>
    public static ImmutableArray<CountLine> Lines(ResultsDocument results)
    {
        var evaluation = results.ToEvaluation();
        var lines = ImmutableArray.CreateBuilder<CountLine>();
        if (results.Natural is { } natural)
        {
            lines.Add(new(Natural, Natural, "", null, natural.Bits, natural.Interval, results.Baseline?.Natural, 1, 0));
        }

        foreach (var attack in results.Attacks)
        {
            var pinned = results.Baseline is { } baseline && Pairing.Difference(attack.ToFact(), baseline) is null
                ? baseline.Attacks.Single(pinned => pinned.Id == attack.Id).Bits
                : null;
            var total = Math.Max(1, attack.Total);
            lines.Add(new(
                "attack", attack.Id, attack.Norm, attack.Epsilon, attack.Bits, attack.Interval, pinned,
                (double)attack.Forwards / total, (double)attack.Backwards / total)
            {
                Targeted = attack.Targeted,
            });
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

    /// <summary>Samples that the prediction or an attack newly broke, with the ids of the results that did.</summary>
    public static ImmutableArray<(int Sample, ImmutableArray<string> By)> NewlyBroken(IEnumerable<CountLine> lines) =>
    [
        .. Single(lines).SelectMany(line => line.NewlyBroken.Select(i => (Sample: i, line.Id)))
            .GroupBy(pair => pair.Sample, pair => pair.Id).OrderBy(group => group.Key)
            .Select(group => (group.Key, group.ToImmutableArray())),
    ];

    /// <summary>Samples that are right now under the prediction or an attack under which they were wrong.</summary>
    public static ImmutableArray<int> NewlyFixed(IEnumerable<CountLine> lines) =>
        [.. Single(lines).SelectMany(line => line.NewlyFixed).Distinct().Order()];

    /// <summary>A sample's id in hexadecimal.</summary>
    public static string SampleId(ResultsDocument results, int sample) =>
        Convert.ToHexStringLower(results.Data!.SampleIds.AsSpan().Slice(8 * sample, 8));

    /// <summary>The classes that a broken sample is taken for now, by the results that broke it.</summary>
    public static IEnumerable<int> SeenAs(ResultsDocument results, int sample, IEnumerable<string> by) => by
        .Select(id => id == Natural ? results.Natural!.Predictions : results.Attacks.Single(attack => attack.Id == id).Predictions)
        .Where(predictions => sample < predictions.Length)
        .Select(predictions => predictions[sample]).Distinct().Order();

    /// <summary>Worst cases combine the others and would say everything twice.</summary>
    private static IEnumerable<CountLine> Single(IEnumerable<CountLine> lines) => lines.Where(line => line.Kind != "worst case");

    /// <summary>What the outcomes are compared with, and how many of them another environment might turn.</summary>
    public static string Mode(ResultsDocument results)
    {
        var mode = results.Relative is { } because
            ? $"the baseline's model, evaluated here as well, because the environment is not the one it was pinned in ({because})."
            : "the pinned outcomes.";
        var counts = results.Attacks.Select(attack => attack.NearBoundary).Append(results.Natural?.NearBoundary).OfType<int>().ToArray();
        return counts.Length == 0 ? mode
            : string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{mode} {Words.Count(counts.Sum())} judged points lie within {Margin.Near} of the boundary, where another environment may decide otherwise.");
    }

    /// <summary>One field that the change touches, and what that does to the bar.</summary>
    public static string Effect(JudgeChange change)
    {
        var effect = change switch
        {
            { Effect: JudgeEffect.Stronger } => "raises the bar",
            { Effect: JudgeEffect.Neutral } => "does not move the bar",
            { AllowedBecause: { } reason } => $"lowers the bar, allowed: {reason}",
            _ => "lowers the bar and is not counted",
        };
        return $"{change.Field}: {change.Before} → {change.After} ({effect})";
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
