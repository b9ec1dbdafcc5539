using System.Globalization;
using System.Text;
using RobustnessGate.Facts;
using RobustnessGate.Gating;

namespace RobustnessGate.Reports;

/// <summary>What differs between two pinned baselines: where they come from, what they hold, and how the same samples fared.</summary>
internal static class BaselineDiff
{
    /// <summary>Plain text; one line where nothing differs.</summary>
    public static string Render(Baseline before, Baseline after)
    {
        var text = new StringBuilder();
        Origin(text, before.Origin, after.Origin);
        var positions = SampleIdList.Of(before.SampleIds).Select((id, i) => (id, i)).ToDictionary(pair => pair.id, pair => pair.i);
        var pairs = SampleIdList.Of(after.SampleIds)
            .Select((id, i) => (Before: positions.GetValueOrDefault(id, -1), After: i)).Where(pair => pair.Before >= 0).ToArray();
        if (pairs.Length != before.Natural.Count || pairs.Length != after.Natural.Count)
        {
            text.Append(CultureInfo.InvariantCulture, $"samples: {before.Natural.Count} → {after.Natural.Count}, {pairs.Length} in both\n");
        }

        Outcomes(text, "natural", before.Natural, after.Natural, pairs);
        foreach (var attack in after.Attacks)
        {
            if (before.Attacks.FirstOrDefault(pinned => pinned.Id == attack.Id) is not { } pinned)
            {
                text.Append(CultureInfo.InvariantCulture, $"{attack.Id}: new, {attack.Bits.Ones} of {attack.Bits.Count}\n");
                continue;
            }

            Difference(text, $"{attack.Id}: protocol", pinned.Protocol, attack.Protocol);
            Difference(text, $"{attack.Id}: norm", pinned.Norm, attack.Norm);
            Difference(text, $"{attack.Id}: radius", Words.Radius(pinned.Epsilon), Words.Radius(attack.Epsilon));
            Difference(text, $"{attack.Id}: targeted", pinned.Targeted, attack.Targeted);
            Outcomes(text, attack.Id, pinned.Bits, attack.Bits, pairs);
        }

        foreach (var gone in before.Attacks.Where(attack => after.Attacks.All(other => other.Id != attack.Id)))
        {
            text.Append(CultureInfo.InvariantCulture, $"{gone.Id}: dropped, was {gone.Bits.Ones} of {gone.Bits.Count}\n");
        }

        Indicator(text, before.Indicator, after.Indicator);
        return text.Length == 0 ? "the baselines are equal\n" : text.ToString();
    }

    private static void Origin(StringBuilder text, BaselineOrigin before, BaselineOrigin after)
    {
        Difference(text, "tool", before.Tool, after.Tool);
        Difference(text, "libtorch", before.Torch ?? "none", after.Torch ?? "none");
        Difference(text, "policy", Short(before.PolicySha256), Short(after.PolicySha256));
        Difference(text, "model", Short(before.ModelSha256), Short(after.ModelSha256));
        Difference(text, "data", Short(before.DataSha256), Short(after.DataSha256));
        Difference(text, "seed", before.Seed, after.Seed);
    }

    private static void Outcomes(StringBuilder text, string id, BitString before, BitString after, (int Before, int After)[] pairs)
    {
        var broken = pairs.Count(pair => before[pair.Before] && !after[pair.After]);
        var @fixed = pairs.Count(pair => !before[pair.Before] && after[pair.After]);
        if (broken + @fixed > 0 || before.Ones != after.Ones || before.Count != after.Count)
        {
            text.Append(CultureInfo.InvariantCulture, $"{id}: {before.Ones} → {after.Ones} of {after.Count} ({broken} newly broken, {@fixed} newly robust)\n");
        }
    }

    private static void Indicator(StringBuilder text, PinnedIndicator? before, PinnedIndicator? after)
    {
        Difference(text, "indicator samples", before?.Samples ?? 0, after?.Samples ?? 0);
        var names = (before?.Summary.Keys ?? []).Union(after?.Summary.Keys ?? []);
        foreach (var name in names.Order(StringComparer.Ordinal))
        {
            Difference(text, $"{name}, median", Median(before, name), Median(after, name));
        }
    }

    private static string Median(PinnedIndicator? indicator, string name) =>
        Words.Value(indicator?.Summary.GetValueOrDefault(name)?.Median);

    private static string Short(string? hash) => hash is null ? "none" : hash[..Math.Min(12, hash.Length)];

    private static void Difference<T>(StringBuilder text, string name, T before, T after)
    {
        if (!EqualityComparer<T>.Default.Equals(before, after))
        {
            text.Append(CultureInfo.InvariantCulture, $"{name}: {before} → {after}\n");
        }
    }
}
