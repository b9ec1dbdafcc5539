using RobustnessGate.Attacks;
using RobustnessGate.Policies;

namespace RobustnessGate.Gating.Integrity;

/// <summary>Every field in which two policies judge differently. Reports, device and the model's file are no part of the judge.</summary>
internal static class PolicyDiff
{
    /// <summary>Parameters of which more make an attack stronger; any other change of a parameter counts as weaker.</summary>
    private static readonly HashSet<string> Effort = ["steps", "restarts", "queries", "draws"];

    /// <summary>What is measured: seed, data, indicator, attacks, and the part of the model section that bounds attacks.</summary>
    public static IEnumerable<JudgeChange> Evaluation(Policy before, Policy after) =>
    [
        .. JudgeChange.Any("seed", before.Seed, after.Seed, "seed"),
        .. Model(before.Model, after.Model),
        .. Data(before.Data, after.Data),
        .. JudgeChange.MoreIsStronger("indicator.samples", before.Indicator?.Samples, after.Indicator?.Samples, "indicator.samples", 0),
        .. Attacks(before, after),
    ];

    /// <summary>How it is judged, apart from the rules themselves.</summary>
    public static IEnumerable<JudgeChange> Gate(GateSection before, GateSection after) =>
    [
        .. JudgeChange.Any("gate.baseline", before.Baseline, after.Baseline, "gate.baseline"),
        .. JudgeChange.Any("gate.alpha", before.Alpha, after.Alpha, "gate.alpha"),
        .. JudgeChange.Any(
            "gate.on-inconclusive", before.OnInconclusive, after.OnInconclusive, "gate.on-inconclusive",
            after.OnInconclusive == OnInconclusive.Fail ? BarEffect.Stronger : BarEffect.Weaker),
        .. JudgeChange.Any(
            "gate.bootstrap", before.Bootstrap, after.Bootstrap, "gate.bootstrap",
            after.Bootstrap ? BarEffect.Weaker : BarEffect.Stronger),
        .. JudgeChange.Any(
            "gate.release", before.Release, after.Release, "gate.release",
            before.Release is null ? BarEffect.Stronger : BarEffect.Weaker),
        .. JudgeChange.LessIsStronger(
            "gate.max-total-drop", before.MaxTotalDrop, after.MaxTotalDrop, "gate.max-total-drop", double.PositiveInfinity),
    ];

    /// <summary>A new model may bring a new file, a new pin and new preprocessing. It may not bring other bounds, nor shed the pin.</summary>
    private static IEnumerable<JudgeChange> Model(ModelSection before, ModelSection after) =>
    [
        .. JudgeChange.Any(
            "model.sha256", before.Sha256, after.Sha256, "model.sha256",
            after.Sha256 is null ? BarEffect.Weaker : before.Sha256 is null ? BarEffect.Stronger : BarEffect.Neutral),
        .. JudgeChange.Any("model.gradients", before.Gradients, after.Gradients, "model.gradients"),
        .. JudgeChange.Any("model.input.bounds", Bounds(before.Input), Bounds(after.Input), "model.input.bounds"),
    ];

    private static string Bounds(InputSection input) => input.FeatureBounds.IsEmpty
        ? JudgeChange.Text(input.Bounds)
        : $"[{string.Join(", ", input.FeatureBounds.Select(bounds => JudgeChange.Text(bounds)))}]";

    private static IEnumerable<JudgeChange> Data(DataSection before, DataSection after) =>
    [
        .. JudgeChange.Any("data.images", before.Images, after.Images, "data.images"),
        .. JudgeChange.Any("data.labels", before.Labels, after.Labels, "data.labels"),
        .. JudgeChange.Any(
            "data.sha256", before.Sha256, after.Sha256, "data.sha256",
            before.Sha256 is null ? BarEffect.Stronger : BarEffect.Weaker),
        .. JudgeChange.MoreIsStronger("data.samples", before.Samples, after.Samples, "data.samples", double.PositiveInfinity),
        .. JudgeChange.Any("data.selection", before.Selection, after.Selection, "data.selection"),
        .. JudgeChange.Any("data.scale", before.Scale, after.Scale, "data.scale"),
        .. JudgeChange.Any("data.lower", before.Lower, after.Lower, "data.lower"),
        .. JudgeChange.Any("data.upper", before.Upper, after.Upper, "data.upper"),
    ];

    /// <summary>Results are known by their ids: a renamed attack is one that is gone and one that is new.</summary>
    private static IEnumerable<JudgeChange> Attacks(Policy before, Policy after)
    {
        var now = after.Runs.ToDictionary(run => run.Id, StringComparer.Ordinal);
        foreach (var run in before.Runs)
        {
            var field = $"attacks.{run.Id}";
            var changes = now.Remove(run.Id, out var other)
                ? Attack(field, run, other)
                : [new(field, "runs", JudgeChange.None, BarEffect.Weaker, "attacks")];
            foreach (var change in changes)
            {
                yield return change;
            }
        }

        foreach (var added in after.Runs.Where(run => now.ContainsKey(run.Id)))
        {
            yield return new($"attacks.{added.Id}", JudgeChange.None, "runs", BarEffect.Stronger, added.Entry.Path);
        }
    }

    private static IEnumerable<JudgeChange> Attack(string field, AttackRun before, AttackRun after)
    {
        var path = after.Entry.Path;
        if (before.Entry.Attack.Name != after.Entry.Attack.Name)
        {
            return [new($"{field}.name", before.Entry.Attack.Name, after.Entry.Attack.Name, BarEffect.Weaker, path)];
        }

        var was = AttackDescription.Parameters(before.Entry.Attack).ToDictionary(parameter => parameter.Key, parameter => parameter.Value);
        return
        [
            .. JudgeChange.Any($"{field}.norm", before.Entry.Norm, after.Entry.Norm, $"{path}.norm"),
            .. before.Epsilon.IsBox || after.Epsilon.IsBox
                ? JudgeChange.Any($"{field}.epsilon", before.Epsilon.Text, after.Epsilon.Text, $"{path}.epsilon")
                : JudgeChange.MoreIsStronger($"{field}.epsilon", before.Epsilon.Value, after.Epsilon.Value, $"{path}.epsilon", 0),
            .. JudgeChange.Any($"{field}.target", before.Entry.Target, after.Entry.Target, $"{path}.target"),
            .. JudgeChange.Any(
                $"{field}.judge", before.Entry.Judge, after.Entry.Judge, $"{path}.judge",
                after.Entry.Judge == Judge.Any ? BarEffect.Stronger : BarEffect.Weaker),
            .. JudgeChange.Any($"{field}.eot", before.Entry.Eot, after.Entry.Eot, $"{path}.eot"),
            .. JudgeChange.Any($"{field}.quantize", before.Entry.Quantize, after.Entry.Quantize, $"{path}.quantize"),
            .. AttackDescription.Parameters(after.Entry.Attack).SelectMany(parameter => Parameter(
                $"{field}.{parameter.Key}", parameter.Key, was[parameter.Key], parameter.Value, path)),
        ];
    }

    private static IEnumerable<JudgeChange> Parameter(string field, string key, object? before, object? after, string path) =>
        JudgeChange.Any(field, before, after, $"{path}.{key}",
            Effort.Contains(key) && before is int less && after is int more && more > less ? BarEffect.Stronger : BarEffect.Weaker);
}
