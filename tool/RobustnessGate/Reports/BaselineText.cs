using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using RobustnessGate.Gating;
using RobustnessGate.Results;

namespace RobustnessGate.Reports;

/// <summary>A baseline as plain text, alone or beside the one that it replaces.</summary>
public static class BaselineText
{
    public static string Render(Baseline baseline)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"samples   {Words.Count(baseline.Natural.Count)}, seed {baseline.Origin.Seed}, data sha256 {Short(baseline.Origin.DataSha256)}\n");
        text.Append(CultureInfo.InvariantCulture, $"model     sha256 {Short(baseline.Origin.ModelSha256)}\n");
        text.Append(CultureInfo.InvariantCulture, $"policy    sha256 {Short(baseline.Origin.PolicySha256)}\n");
        text.Append(CultureInfo.InvariantCulture, $"made by   RobustnessGate {baseline.Origin.Tool}, libtorch {baseline.Origin.Torch ?? "unknown"}\n\n");
        foreach (var (name, bits) in Outcomes(baseline))
        {
            text.Append(CultureInfo.InvariantCulture, $"  {name,-28}{Counts(bits)}\n");
        }

        foreach (var (name, summary) in baseline.Indicator?.Summary ?? ImmutableSortedDictionary<string, IndicatorSummary>.Empty)
        {
            text.Append(CultureInfo.InvariantCulture, $"  {name,-28}median {Words.Value(summary.Median)}, mean {Words.Value(summary.Mean)} over {summary.Count}\n");
        }

        return text.ToString();
    }

    /// <param name="before">Null where there was no baseline.</param>
    public static string Change(Baseline? before, Baseline after)
    {
        if (before is null)
        {
            return "first baseline:\n" + Render(after);
        }

        var text = new StringBuilder();
        foreach (var difference in Differences(before.Origin, after.Origin))
        {
            text.Append(CultureInfo.InvariantCulture, $"{difference}\n");
        }

        // Sample by sample only where both cover the same samples in the same order.
        var paired = before.SampleIds.SequenceEqual(after.SampleIds);
        var old = Outcomes(before).ToDictionary(outcome => outcome.Name, outcome => outcome.Bits, StringComparer.Ordinal);
        foreach (var (name, bits) in Outcomes(after))
        {
            var change = old.TryGetValue(name, out var earlier) ? Change(earlier, bits, paired) : "new";
            text.Append(CultureInfo.InvariantCulture, $"  {name,-28}{Counts(bits)}  {change}\n");
        }

        foreach (var gone in old.Keys.Except(Outcomes(after).Select(outcome => outcome.Name)))
        {
            text.Append(CultureInfo.InvariantCulture, $"  {gone,-28}{"",15}  no longer pinned\n");
        }

        return text.ToString();
    }

    private static IEnumerable<(string Name, BitString Bits)> Outcomes(Baseline baseline) =>
        baseline.Attacks.Select(attack => (attack.Id, attack.Bits)).Prepend(("natural", baseline.Natural));

    private static string Change(BitString before, BitString after, bool paired)
    {
        if (!paired)
        {
            return string.Create(CultureInfo.InvariantCulture, $"was {before.Ones} of {before.Count}, other samples");
        }

        var broken = before.Zip(after).Count(pair => pair is { First: true, Second: false });
        var mended = before.Zip(after).Count(pair => pair is { First: false, Second: true });
        return broken + mended == 0
            ? "unchanged"
            : string.Create(CultureInfo.InvariantCulture, $"was {before.Ones}: {broken} newly broken, {mended} newly right");
    }

    private static IEnumerable<string> Differences(BaselineOrigin before, BaselineOrigin after)
    {
        (string Name, string Before, string After)[] facts =
        [
            ("model", Short(before.ModelSha256), Short(after.ModelSha256)),
            ("data", Short(before.DataSha256), Short(after.DataSha256)),
            ("policy", Short(before.PolicySha256), Short(after.PolicySha256)),
            ("seed", Text(before.Seed), Text(after.Seed)),
            ("tool", before.Tool, after.Tool),
            ("libtorch", before.Torch ?? "unknown", after.Torch ?? "unknown"),
        ];
        return facts.Where(fact => fact.Before != fact.After).Select(fact => $"{fact.Name} changed: {fact.Before}, now {fact.After}");
    }

    private static string Counts(BitString bits) =>
        string.Create(CultureInfo.InvariantCulture, $"{bits.Ones,6} / {bits.Count,-6}");

    private static string Text(long value) => value.ToString(CultureInfo.InvariantCulture);

    private static string Short(string? hash) => hash is null ? "unknown" : hash[..Math.Min(12, hash.Length)];
}
