using System.Text.Json;
using RobustnessGate.Policies;
using RobustnessGate.Results;

namespace RobustnessGate.Gating;

/// <summary>
/// Recomputes stored results from their outcomes, sample by sample: every count, interval, p-value, statistic, finding
/// and the verdict. Needs neither the model nor libtorch.
/// </summary>
public static class Audit
{
    private const int MostDifferences = 100;

    /// <summary>Where the stored results say something else than their outcomes; empty where everything follows.</summary>
    /// <param name="baseline">The pinned file; null to trust the pinned outcomes that the results hold.</param>
    /// <param name="release">The pinned file of the last release, where <paramref name="baseline"/> is given and the policy names one.</param>
    public static IReadOnlyList<string> Recompute(ResultsDocument stored, Policy policy, Baseline? baseline, Baseline? release = null)
    {
        var facts = stored.ToEvaluation();
        var gate = baseline is null ? Gate.DecideAgain(policy, facts, stored.Baseline, stored.Release) : Gate.Decide(policy, facts, baseline, release);
        var recomputed = ResultsDocument.Of(policy, facts, gate, stored.Tool.Version);
        var differences = Contradictions(stored).ToList();
        var (text, again) = (ResultsFile.Render(stored), ResultsFile.Render(recomputed));
        if (text != again)
        {
            using var before = JsonDocument.Parse(text);
            using var after = JsonDocument.Parse(again);
            Compare("", before.RootElement, after.RootElement, differences);
        }

        return differences.Count <= MostDifferences
            ? differences
            : [.. differences.Take(MostDifferences), $"… and {differences.Count - MostDifferences} more differences"];
    }

    /// <summary>Outcomes that no evaluation produces, whatever is computed from them.</summary>
    private static IEnumerable<string> Contradictions(ResultsDocument results)
    {
        if (results is not { Natural: { } natural, Data: { } data })
        {
            yield break;
        }

        if (natural.Bits.Count == data.Labels.Length && natural.Predictions.Length == data.Labels.Length
            && Find(natural.Bits.Count, i => natural.Bits[i] && natural.Predictions[i] != data.Labels[i]) is { } wrong)
        {
            yield return $"natural.bits: sample {wrong} counts as right, though class {natural.Predictions[wrong]} is predicted and {data.Labels[wrong]} is true";
        }

        foreach (var attack in results.Attacks.Where(attack => !attack.Targeted && attack.Bits.Count == natural.Bits.Count))
        {
            if (Find(attack.Bits.Count, i => attack.Bits[i] && !natural.Bits[i]) is { } impossible)
            {
                yield return $"attacks '{attack.Id}': sample {impossible} counts as robust, though it is wrong without any attack";
            }

            if (attack.Predictions.Length == data.Labels.Length && data.Labels.Length == attack.Bits.Count
                && Find(attack.Bits.Count, i => attack.Bits[i] && attack.Predictions[i] != data.Labels[i]) is { } seen)
            {
                yield return $"attacks '{attack.Id}': sample {seen} counts as robust, though class {attack.Predictions[seen]} is predicted and {data.Labels[seen]} is true";
            }
        }
    }

    private static int? Find(int count, Func<int, bool> condition) =>
        Enumerable.Range(0, count).Where(condition).Cast<int?>().FirstOrDefault();

    private static void Compare(string path, JsonElement before, JsonElement after, List<string> differences)
    {
        if (before.ValueKind == after.ValueKind && (before.ValueKind == JsonValueKind.Undefined || JsonElement.DeepEquals(before, after)))
        {
            return;
        }

        switch (before.ValueKind, after.ValueKind)
        {
            case (JsonValueKind.Object, JsonValueKind.Object):
                var names = before.EnumerateObject().Select(p => p.Name).Union(after.EnumerateObject().Select(p => p.Name));
                foreach (var name in names)
                {
                    Compare($"{path}.{name}".TrimStart('.'), Property(before, name), Property(after, name), differences);
                }

                break;
            case (JsonValueKind.Array, JsonValueKind.Array) when before.GetArrayLength() == after.GetArrayLength():
                foreach (var (i, (x, y)) in before.EnumerateArray().Zip(after.EnumerateArray()).Index())
                {
                    Compare($"{path}[{i}]", x, y, differences);
                }

                break;
            default:
                differences.Add($"{path}: stored {Short(before)}, recomputed {Short(after)}");
                break;
        }
    }

    private static JsonElement Property(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) ? value : default;

    private static string Short(JsonElement element)
    {
        var text = element.ValueKind == JsonValueKind.Undefined ? "nothing" : element.GetRawText().ReplaceLineEndings(" ");
        return text.Length <= 80 ? text : text[..79] + "…";
    }
}
