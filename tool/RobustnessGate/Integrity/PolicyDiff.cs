using RobustnessGate.Facts;
using RobustnessGate.Maths;
using RobustnessGate.Policies;

namespace RobustnessGate.Integrity;

/// <summary>Every field in which two policies judge differently. Reports, device and the model's file are no part of the judge.</summary>
internal static class PolicyDiff
{
    /// <summary>What is measured: seed, data, indicator, attacks, and the part of the model section that bounds attacks.</summary>
    public static IEnumerable<JudgeChange> Evaluation(Policy before, Policy after) =>
    [
        .. JudgeChange.Any("seed", before.Seed, after.Seed, "seed"),
        .. Model(before.Model, after.Model),
        .. Data(before, after),
        .. Indicator(before, after),
        .. Attacks(before, after),
    ];

    /// <summary>How it is judged, apart from the rules themselves.</summary>
    /// <param name="pinned">Whether anything is pinned where the change began: until then it may say that this is the first use.</param>
    public static IEnumerable<JudgeChange> Gate(Policy policyBefore, Policy policyAfter, bool pinned)
    {
        var (before, after) = (policyBefore.Gate, policyAfter.Gate);
        return
        [
            .. JudgeChange.Any("gate.baseline", Portable(policyBefore, before.Baseline), Portable(policyAfter, after.Baseline), "gate.baseline"),
            .. JudgeChange.Any("gate.alpha", before.Alpha, after.Alpha, "gate.alpha"),
            .. JudgeChange.Any(
                "gate.on-inconclusive", before.OnInconclusive, after.OnInconclusive, "gate.on-inconclusive",
                after.OnInconclusive == OnInconclusive.Fail ? JudgeEffect.Stronger : JudgeEffect.Weaker),
            .. JudgeChange.Any(
                "gate.bootstrap", before.Bootstrap, after.Bootstrap, "gate.bootstrap",
                !after.Bootstrap ? JudgeEffect.Stronger : pinned ? JudgeEffect.Weaker : JudgeEffect.Neutral),
            .. JudgeChange.Any(
                "gate.release", Portable(policyBefore, before.Release), Portable(policyAfter, after.Release), "gate.release",
                before.Release is null ? JudgeEffect.Stronger : JudgeEffect.Weaker),
            .. JudgeChange.LessIsStronger(
                "gate.max-total-drop", before.MaxTotalDrop, after.MaxTotalDrop, "gate.max-total-drop", double.PositiveInfinity),
        ];
    }

    /// <summary>A new model may bring a new file, a new pin and new preprocessing. It may not bring other bounds, nor shed the pin.</summary>
    private static IEnumerable<JudgeChange> Model(ModelSection before, ModelSection after) =>
    [
        .. JudgeChange.Any(
            "model.sha256", before.Sha256, after.Sha256, "model.sha256",
            after.Sha256 is null ? JudgeEffect.Weaker : before.Sha256 is null ? JudgeEffect.Stronger : JudgeEffect.Neutral),
        .. JudgeChange.Any("model.gradients", before.Gradients, after.Gradients, "model.gradients"),
        .. JudgeChange.Any("model.input.bounds", Bounds(before.Input), Bounds(after.Input), "model.input.bounds"),
    ];

    private static string Bounds(InputSection input) => input.FeatureBounds.IsEmpty
        ? JudgeChange.Text(input.Bounds)
        : $"[{string.Join(", ", input.FeatureBounds.Select(bounds => JudgeChange.Text(bounds)))}]";

    /// <summary>A statistic over more samples is another one, so where a rule reads it, more is no stricter than less.</summary>
    private static IEnumerable<JudgeChange> Indicator(Policy policyBefore, Policy policyAfter)
    {
        var (before, after) = (policyBefore.Indicator, policyAfter.Indicator);
        var read = policyBefore.Gate.Rules.Concat(policyAfter.Gate.Rules).Any(rule => !Metrics.Accuracies.Contains(rule.Metric));
        return
        [
            .. before is not null && read
                ? JudgeChange.Any("indicator.samples", before.Samples, after?.Samples, "indicator.samples")
                : JudgeChange.MoreIsStronger("indicator.samples", before?.Samples, after?.Samples, "indicator.samples", 0),
            .. before is null || after is null ? [] : IndicatorSettings(before, after, read ? LeastRadius(policyBefore) : null, read ? LeastRadius(policyAfter) : null),
        ];
    }

    /// <summary>ε of the indicator where the policy says none.</summary>
    private static double? LeastRadius(Policy policy) => policy.Runs
        .Where(run => run.Entry.Norm == Norm.Linf && !run.Epsilon.IsBox).Select(run => (double?)run.Epsilon.Value).Min();

    /// <summary>Under other settings the same name is another quantity. An added attack can change those that follow from the attacks.</summary>
    private static IEnumerable<JudgeChange> IndicatorSettings(IndicatorSection before, IndicatorSection after, double? impliedBefore, double? impliedAfter) =>
    [
        .. JudgeChange.Any("indicator.epsilon", before.Epsilon ?? impliedBefore, after.Epsilon ?? impliedAfter, "indicator.epsilon"),
        .. JudgeChange.Any("indicator.epsilon-l2", before.EpsilonL2, after.EpsilonL2, "indicator.epsilon-l2"),
        .. JudgeChange.Any("indicator.jitter", before.Jitter, after.Jitter, "indicator.jitter"),
        .. JudgeChange.Any(
            "indicator.clever", before.Clever, after.Clever, "indicator.clever", after.Clever ? JudgeEffect.Stronger : JudgeEffect.Weaker),
    ];

    private static IEnumerable<JudgeChange> Data(Policy policyBefore, Policy policyAfter)
    {
        var (before, after) = (policyBefore.Data, policyAfter.Data);
        string? Was(string? path) => Portable(policyBefore, path);
        string? Is(string? path) => Portable(policyAfter, path);
        return
        [
            .. JudgeChange.Any("data.images", Was(before.Images), Is(after.Images), "data.images"),
            .. JudgeChange.Any("data.labels", Was(before.Labels), Is(after.Labels), "data.labels"),
            .. JudgeChange.Any(
                "data.sha256", before.Sha256, after.Sha256, "data.sha256",
                before.Sha256 is null ? JudgeEffect.Stronger : JudgeEffect.Weaker),
            // Easy samples beside those that were asked for raise every accuracy: a floor over more is another question.
            .. JudgeChange.Any("data.samples", before.Samples, after.Samples, "data.samples"),
            .. JudgeChange.Any("data.selection", before.Selection, after.Selection, "data.selection"),
            .. JudgeChange.Any("data.scale", before.Scale, after.Scale, "data.scale"),
            .. JudgeChange.Any("data.lower", Was(before.Lower), Is(after.Lower), "data.lower"),
            .. JudgeChange.Any("data.upper", Was(before.Upper), Is(after.Upper), "data.upper"),
        ];
    }

    /// <summary>A file as people write it, relative to its policy: the same on every machine, so that an override can name it.</summary>
    private static string? Portable(Policy policy, string? path) => path is null
        ? null : Path.GetRelativePath(Path.GetDirectoryName(Path.GetFullPath(policy.Source.Path))!, path).Replace('\\', '/');

    /// <summary>Results are known by their ids: a renamed attack is one that is gone and one that is new.</summary>
    private static IEnumerable<JudgeChange> Attacks(Policy before, Policy after)
    {
        var now = after.Runs.ToDictionary(run => run.Id, StringComparer.Ordinal);
        foreach (var run in before.Runs)
        {
            var field = $"attacks.{run.Id}";
            var changes = now.Remove(run.Id, out var other)
                ? Attack(field, run, other, Aim(before, run), Aim(after, other))
                : [new(field, "runs", JudgeChange.None, JudgeEffect.Weaker, "attacks")];
            foreach (var change in changes)
            {
                yield return change;
            }
        }

        foreach (var added in after.Runs.Where(run => now.ContainsKey(run.Id)))
        {
            yield return new($"attacks.{added.Id}", JudgeChange.None, "runs", JudgeEffect.Stronger, added.Entry.Path);
        }
    }

    private static IEnumerable<JudgeChange> Attack(string field, AttackRun before, AttackRun after, string aimBefore, string aimAfter)
    {
        var path = after.Entry.Path;
        if (before.Entry.Attack.Name != after.Entry.Attack.Name)
        {
            return [new($"{field}.name", before.Entry.Attack.Name, after.Entry.Attack.Name, JudgeEffect.Weaker, path)];
        }

        var efforts = AttackDescription.Efforts(after.Entry.Attack).ToHashSet(StringComparer.Ordinal);
        var was = AttackDescription.Parameters(before.Entry.Attack).ToDictionary(parameter => parameter.Key, parameter => parameter.Value);
        return
        [
            .. JudgeChange.Any($"{field}.norm", before.Entry.Norm, after.Entry.Norm, $"{path}.norm"),
            .. before.Epsilon.IsBox || after.Epsilon.IsBox
                ? JudgeChange.Any($"{field}.epsilon", before.Epsilon.Text, after.Epsilon.Text, $"{path}.epsilon")
                // A greater radius is another question: rules about the worst case at the old one lose this attack.
                : JudgeChange.Any($"{field}.epsilon", before.Epsilon.Value, after.Epsilon.Value, $"{path}.epsilon"),
            .. JudgeChange.Any($"{field}.target", aimBefore, aimAfter, $"{path}.target"),
            .. JudgeChange.Any(
                $"{field}.judge", before.Entry.Judge, after.Entry.Judge, $"{path}.judge",
                after.Entry.Judge == Judge.Any ? JudgeEffect.Stronger : JudgeEffect.Weaker),
            .. JudgeChange.Any($"{field}.eot", before.Entry.Eot, after.Entry.Eot, $"{path}.eot"),
            .. JudgeChange.Any($"{field}.quantize", before.Entry.Quantize, after.Entry.Quantize, $"{path}.quantize"),
            .. AttackDescription.Parameters(after.Entry.Attack).SelectMany(parameter => Parameter(
                $"{field}.{parameter.Key}", $"{path}.{parameter.Key}", was[parameter.Key], parameter.Value, efforts.Contains(parameter.Key))),
        ];
    }

    private static string Aim(Policy policy, AttackRun run) => run.Entry.Target switch
    {
        Target.None => JudgeChange.None,
        Target.LeastLikely => "least-likely",
        Target.Class { Label: var label } => JudgeChange.Text(label),
        Target.File { Path: var path } => Portable(policy, path)!,
        var other => throw new ArgumentException($"unknown target {other}"),
    };

    /// <summary>More of a declared effort is stronger; any other change makes another attack, which may be weaker.</summary>
    private static IEnumerable<JudgeChange> Parameter(string field, string path, object? before, object? after, bool effort) =>
        JudgeChange.Any(field, before, after, path,
            effort && before is IComparable less && after is not null && less.CompareTo(after) < 0 ? JudgeEffect.Stronger : JudgeEffect.Weaker);
}
