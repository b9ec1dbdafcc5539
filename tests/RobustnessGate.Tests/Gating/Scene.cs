using System.Collections.Immutable;
using RobustnessGate.Attacks;
using RobustnessGate.Facts;
using RobustnessGate.Gating;
using RobustnessGate.Maths;
using RobustnessGate.Policies;
using RobustnessGate.Results;

namespace RobustnessGate.Tests;

/// <summary>Hand-made policies, evaluations and baselines: the gate's tests need no network and no file.</summary>
internal static class Scene
{
    public const string Tool = "0.1.0";

    /// <summary>A policy of pgd at 0.1 and 0.3 (linf) with these rules, at lines 20, 21, … of robustness.yml.</summary>
    public static Policy Policy(params Rule[] rules)
    {
        var numbered = rules.Select((rule, i) => rule with { Path = $"gate.rules[{i}]" }).ToImmutableArray();
        var places = numbered.Select((rule, i) => (rule.Path, (20 + i, 7))).ToImmutableDictionary(pair => pair.Path, pair => pair.Item2)
            .Add("gate.baseline", (17, 13)).Add("gate.rules", (19, 3)).Add("data", (8, 1)).Add("attacks[0]", (12, 5));
        return new(
            1, 20261122, "auto", new("/x/model.onnx", null, new([1, 2, 2], new(0, 1), [], [])),
            new("/x/images.npy", null, null, SampleSelection.First, DataScale.Auto, null, null, null), null,
            [new AttackEntry(null, new Pgd(), Norm.Linf, [Epsilon.Of(0.1), Epsilon.Of(0.3)], new Target.None(), Judge.Any, "attacks[0]")],
            new("/x/robustness.baseline.json", 0.01, OnInconclusive.Warn, numbered), new(["markdown"]),
            new("/x/robustness.yml", "robustness.yml", new string('a', 64), places));
    }

    public static Rule Rule(
        string metric, string? attack = null, double? epsilon = null, Statistic statistic = Statistic.Median, double? min = null,
        double? max = null, double? maxDrop = null, double? maxDropRatio = null, double? maxRiseRatio = null,
        RuleSeverity severity = RuleSeverity.Error, double? confidence = null) => new(
            metric, attack, epsilon is { } ε ? Epsilon.Of(ε) : null, Norm.Linf, statistic, min, max, maxDrop, maxDropRatio,
            maxRiseRatio, severity, "") { Confidence = confidence };

    public static Rule Natural(double? maxDrop = null, double? min = null) => Rule(Metrics.NaturalAccuracy, maxDrop: maxDrop, min: min);

    public static Rule Robust(double epsilon, double? maxDrop = null, double? min = null, RuleSeverity severity = RuleSeverity.Error) =>
        Rule(Metrics.RobustAccuracy, "pgd", epsilon, maxDrop: maxDrop, min: min, severity: severity);

    public static Rule Worst(double epsilon, double? maxDrop = null) => Rule(Metrics.WorstCaseAccuracy, epsilon: epsilon, maxDrop: maxDrop);

    /// <summary>A complete evaluation: natural bits, and pgd at 0.1 and at 0.3.</summary>
    public static EvaluationFacts Measured(BitString natural, BitString at01, BitString at03, IndicatorFact? indicator = null, string model = "b") => new(
        new("onnx", new string(model[0], 64), 54186, 10, true),
        new(new string('c', 64), natural.Count, Ids(natural.Count), [.. Enumerable.Range(0, natural.Count).Select(i => i % 10)]),
        new(natural, Predictions(natural)), [Attack("pgd-linf-0.1", 0.1, at01), Attack("pgd-linf-0.3", 0.3, at03)],
        indicator, [], new("2.10.0", "cpu", 1, 64, 1.5, ImmutableSortedDictionary<string, double>.Empty), true);

    public static AttackFact Attack(string id, double epsilon, BitString bits) => new(
        id, "pgd", Protocol(epsilon), "linf", epsilon, false, bits, 40L * bits.Count, 39L * bits.Count, null, null, Predictions(bits));

    /// <summary>As the policy's entry is run.</summary>
    public static string Protocol(double epsilon)
    {
        var runs = Policy().Attacks[0].Runs.ToArray();
        return AttackDescription.Protocol(runs.FirstOrDefault(run => run.Epsilon.Value == epsilon) ?? runs[0]);
    }

    public static IndicatorFact Indicator(BitString right, params double?[] radius) => new(
        radius.Length, ImmutableSortedDictionary<string, ImmutableArray<double?>>.Empty.Add("linearRadius", [.. radius]), [], right);

    /// <summary>The first <paramref name="ones"/> samples right, the others wrong.</summary>
    public static BitString Bits(int ones, int total) => new(Enumerable.Range(0, total).Select(i => i < ones));

    /// <summary>The same outcomes with samples broken from the front and others fixed from the back.</summary>
    public static BitString Change(BitString bits, int broken, int @fixed)
    {
        var changed = bits.ToArray();
        for (var i = 0; broken > 0; i++)
        {
            broken -= changed[i] ? 1 : 0;
            changed[i] = false;
        }

        for (var i = changed.Length - 1; @fixed > 0; i--)
        {
            @fixed -= changed[i] ? 0 : 1;
            changed[i] = true;
        }

        return new(changed);
    }

    public static Baseline Pin(Policy policy, EvaluationFacts evaluation) => Pinning.Of(
        ResultsDocument.Of(policy, evaluation, Gate.Decide(policy, evaluation, null), Tool), policy);

    public static ResultsDocument Judged(Policy policy, EvaluationFacts evaluation, Baseline? baseline) =>
        ResultsDocument.Of(policy, evaluation, Gate.Decide(policy, evaluation, baseline), Tool);

    public static ImmutableArray<byte> Ids(int count) => [.. Enumerable.Range(0, count).SelectMany(i => BitConverter.GetBytes(0x9E3779B97F4A7C15UL * (ulong)(i + 1)))];

    private static ImmutableArray<int> Predictions(BitString bits) => [.. bits.Select((right, i) => right ? i % 10 : (i + 3) % 10)];
}
