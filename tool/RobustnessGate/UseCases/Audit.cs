using System.Text.Json;
using RobustnessGate.Diagnostics;
using RobustnessGate.Facts;
using RobustnessGate.Gating;
using RobustnessGate.Policies;
using RobustnessGate.Results;

namespace RobustnessGate.UseCases;

/// <summary>
/// Recomputes stored results from their outcomes, sample by sample: every count, interval, p-value, statistic, finding
/// and the verdict. Needs neither the model nor libtorch.
/// </summary>
internal static class Audit
{
    private const int MostDifferences = 100;

    /// <summary>Where the stored results say something else than their outcomes; empty where everything follows.</summary>
    /// <param name="baseline">The pinned file; null to trust the pinned outcomes that the results hold.</param>
    /// <param name="release">The pinned file of the last release, where <paramref name="baseline"/> is given and the policy names one.</param>
    public static IReadOnlyList<string> Recompute(ResultsDocument stored, Policy policy, Baseline? baseline, Baseline? release = null)
    {
        // Nothing can be computed from lists that do not belong together.
        if (StoredLengths.Contradictions(stored).ToArray() is { Length: > 0 } lengths)
        {
            return lengths;
        }

        var facts = stored.ToEvaluation();
        // A seed given on the command line stands in the results; what it made is judged by it.
        var asked = policy with { Seed = stored.Seed };
        var gate = IsJudged(stored) ? new Places(policy).Portable(Judge(stored, asked, facts, baseline, release)) : Unjudged(stored);
        var recomputed = ResultsDocument.Of(asked, facts, gate, stored.Tool.Version, stored.Options, stored.Relative);
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

    /// <summary>Whether the rules were judged, or something made that impossible; then only what was measured can be recomputed.</summary>
    private static bool IsJudged(ResultsDocument stored) =>
        (ExitCode)stored.ExitCode is ExitCode.Passed or ExitCode.GateFailed or ExitCode.Inconclusive;

    private static GateResult Judge(ResultsDocument stored, Policy policy, EvaluationFacts facts, Baseline? baseline, Baseline? release) =>
        stored.Options?.Baseline == RunOptions.NoBaseline ? Gate.DecideWithoutBaseline(policy, facts)
        : baseline is null ? Gate.DecideAgain(policy, facts, stored.Baseline, stored.Release)
        : Gate.Decide(policy, facts, baseline, release);

    /// <summary>What was not judged has failed, whatever the results say.</summary>
    private static GateResult Unjudged(ResultsDocument stored) => new(
        Verdict.Failed, (ExitCode)stored.ExitCode, stored.Gate.Alpha, stored.Gate.DetectableDrop, stored.Gate.Rules,
        [.. stored.Gate.Findings.Skip(stored.Observations.Length).Select(finding => finding.ToFinding())], stored.Baseline, stored.Release);

    /// <summary>Outcomes that no evaluation produces, whatever is computed from them.</summary>
    private static IEnumerable<string> Contradictions(ResultsDocument results)
    {
        if (results is not { Natural: { } natural, Data: { } data })
        {
            yield break;
        }

        if (Find(natural.Bits.Count, i => natural.Bits[i] && natural.Predictions[i] != data.Labels[i]) is { } wrong)
        {
            yield return $"natural.bits: sample {wrong} counts as right, though class {natural.Predictions[wrong]} is predicted and {data.Labels[wrong]} is true";
        }

        foreach (var attack in results.Attacks.Where(attack => !attack.Targeted))
        {
            if (Find(attack.Bits.Count, i => attack.Bits[i] && !natural.Bits[i]) is { } impossible)
            {
                yield return $"attacks '{attack.Id}': sample {impossible} counts as robust, though it is wrong without any attack";
            }

            if (Find(attack.Bits.Count, i => attack.Bits[i] && attack.Predictions[i] != data.Labels[i]) is { } seen)
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
