using RobustnessGate.Gating;
using RobustnessGate.Results;

namespace RobustnessGate.UseCases;

/// <summary>Whether every list of stored results has one entry a sample: what was cut short says nothing of the rest, and what is too long belongs to no sample.</summary>
internal static class StoredLengths
{
    private const int BytesPerId = 8;

    /// <summary>Lists of another length than the samples; empty where nothing was evaluated.</summary>
    public static IEnumerable<string> Contradictions(ResultsDocument results)
    {
        if (results.Data is not { } data)
        {
            return results.Natural is null && results.Attacks.IsEmpty && results.Indicator is null
                ? [] : ["data: there are outcomes and no samples that they are of"];
        }

        var n = data.Samples;
        var lengths = new List<(string Name, int Length, int Expected)>
        {
            ("data.sampleIds", data.SampleIds.Length, BytesPerId * n), ("data.labels", data.Labels.Length, n),
        };
        if (results.Natural is { } natural)
        {
            lengths.AddRange([("natural.bits", natural.Bits.Count, n), ("natural.predictions", natural.Predictions.Length, n)]);
        }

        foreach (var attack in results.Attacks)
        {
            var name = $"attacks '{attack.Id}'";
            lengths.AddRange([(name + ".bits", attack.Bits.Count, n), (name + ".predictions", attack.Predictions.Length, n)]);
            if (attack.Distances is { } distances)
            {
                lengths.Add((name + ".distances", distances.Length, n));
            }
        }

        lengths.AddRange(results.WorstCase.Select((worst, i) => (FormattableString.Invariant($"worstCase[{i}].bits"), worst.Bits.Count, n)));
        lengths.AddRange(Indicator(results.Indicator, n));
        lengths.AddRange(Pinned("baseline", results.Baseline, n).Concat(Pinned("release", results.Release, n)));
        return lengths.Where(list => list.Length != list.Expected)
            .Select(list => FormattableString.Invariant($"{list.Name}: {list.Length} entries, where {n} samples need {list.Expected}"));
    }

    private static IEnumerable<(string, int, int)> Indicator(IndicatorResult? indicator, int n) => indicator is null ? [] :
    [
        ("indicator.samples", Math.Min(indicator.Samples, n), indicator.Samples), ("indicator.right", indicator.Right.Count, indicator.Samples),
        .. indicator.PerSample.Values.Select(pair => ($"indicator.perSample.{pair.Key}", pair.Value.Length, indicator.Samples)),
        .. indicator.PerSample.HessianTop is { IsDefaultOrEmpty: false } top ? new[] { ("indicator.perSample.hessianTop", top.Length, indicator.Samples) } : [],
    ];

    private static IEnumerable<(string, int, int)> Pinned(string name, PairedBaseline? baseline, int n) => baseline is null ? [] :
    [
        (name + ".natural", baseline.Natural.Count, n),
        .. baseline.Attacks.Select(attack => ($"{name}.attacks '{attack.Id}'.bits", attack.Bits.Count, n)),
        .. baseline.Attacks.Where(attack => attack.Unbroken is not null).Select(attack => ($"{name}.attacks '{attack.Id}'.unbroken", attack.Unbroken!.Count, n)),
        .. baseline.Indicator is not { } indicator ? [] : new[] { (name + ".indicator.right", indicator.Right.Count, indicator.Samples) }
            .Concat(indicator.PerSample.Select(pair => ($"{name}.indicator.perSample.{pair.Key}", pair.Value.Length, indicator.Samples))),
    ];
}
