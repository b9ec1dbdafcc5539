using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using RobustnessGate.Facts;
using RobustnessGate.Gating;

namespace RobustnessGate.Reports;

/// <summary>A baseline as plain text, alone or beside the one that it replaces (see <see cref="BaselineDiff"/>).</summary>
internal static class BaselineText
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
    public static string Change(Baseline? before, Baseline after) =>
        before is null ? "first baseline:\n" + Render(after) : BaselineDiff.Render(before, after);

    private static IEnumerable<(string Name, BitString Bits)> Outcomes(Baseline baseline) =>
        baseline.Attacks.Select(attack => (attack.Id, attack.Bits)).Prepend(("natural", baseline.Natural));

    private static string Counts(BitString bits) =>
        string.Create(CultureInfo.InvariantCulture, $"{bits.Ones,6} / {bits.Count,-6}");

    private static string Short(string? hash) => hash is null ? "unknown" : hash[..Math.Min(12, hash.Length)];
}
