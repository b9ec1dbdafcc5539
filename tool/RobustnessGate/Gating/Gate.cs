using System.Collections.Immutable;
using RobustnessGate.Diagnostics;
using RobustnessGate.Facts;
using RobustnessGate.Maths;
using RobustnessGate.Policies;

namespace RobustnessGate.Gating;

/// <summary>
/// Decides whether an evaluation may pass: a pure function. A rule that compares fails only with two keys, a drop
/// beyond what it allows and a significant one (exact McNemar or paired bootstrap over the same samples, Holm over all
/// paired rules), and nothing that was not measured, not finished or not comparable ever passes.
/// </summary>
internal static class Gate
{
    /// <summary>The finding that the change edits what it is compared with.</summary>
    public const string BaselineEdited = "RG0502";

    /// <summary>The finding that takes the credit of all that attacks counted.</summary>
    public const string Masked = "RG1120";

    /// <param name="baseline">Null where there is none: then a policy whose rules compare does not pass, save by <c>bootstrap</c>.</param>
    /// <param name="release">The baseline of the last release; needed where the policy has <c>max-total-drop</c>.</param>
    public static GateResult Decide(Policy policy, EvaluationFacts evaluation, Baseline? baseline, Baseline? release = null)
    {
        if (evaluation.Data is null || Completeness.Gaps(policy, evaluation).Any())
        {
            return Decide(policy, evaluation, null, null, null);
        }

        var (paired, obstacle) = baseline is null ? (null, null) : Pairing.Pair(policy, evaluation.Data, baseline);
        var (since, obstacleSince) = release is null || policy.Gate.MaxTotalDrop is null
            ? (null, null) : Pairing.Pair(policy, evaluation.Data, release, "gate.release");
        return Decide(policy, evaluation, paired, since, obstacle ?? obstacleSince);
    }

    /// <summary>The same for baselines that are already in the order of the samples, as stored results hold them.</summary>
    public static GateResult DecideAgain(
        Policy policy, EvaluationFacts evaluation, PairedBaseline? baseline, PairedBaseline? release = null) =>
        Decide(policy, evaluation, baseline, release, null);

    /// <summary>Judges floors and ceilings alone. The bar is lower than the policy sets it: that may be meant, but never goes unsaid.</summary>
    public static GateResult DecideWithoutBaseline(Policy policy, EvaluationFacts evaluation)
    {
        var alone = policy with
        {
            Gate = policy.Gate with
            {
                MaxTotalDrop = null,
                Rules =
                [
                    .. policy.Gate.Rules
                        .Select(rule => rule with { MaxDrop = null, MaxDropRatio = null, MaxRiseRatio = null })
                        .Where(rule => rule.Min is not null || rule.Max is not null),
                ],
            },
        };
        var gate = Decide(alone, evaluation, null, null, null);
        var comparing = policy.Gate.Rules.Count(rule => rule.Compares);
        return comparing == 0 ? gate : gate with
        {
            Findings = gate.Findings.Insert(0, new("RG0511", Severity.Warning, policy.Source.At("gate.rules"),
                $"{comparing} of {policy.Gate.Rules.Length} rules are not compared with the baseline, because the check ran with "
                + "'--baseline none' (or ROBUSTNESS_GATE_BASELINE=none): a loss against the baseline goes unseen. Leave it out to compare.")),
        };
    }

    private static GateResult Decide(
        Policy policy, EvaluationFacts evaluation, PairedBaseline? baseline, PairedBaseline? release, Finding? obstacle)
    {
        var gaps = Completeness.Gaps(policy, evaluation).ToArray();
        if (gaps.Length > 0)
        {
            var unjudged = Cases(policy, evaluation, baseline, null).Select(ruleCase => ruleCase.Unjudged(gaps[0].Finding.Code));
            return new(
                Verdict.Failed, gaps[0].Exit, policy.Gate.Alpha, null, [.. unjudged], [.. gaps.Select(gap => gap.Finding)],
                baseline, release);
        }

        var first = policy.Gate.Bootstrap && baseline is null && obstacle is null;
        var missing = first ? null : obstacle ?? Missing(policy, baseline, release);
        var cases = Cases(policy, evaluation, baseline, release).ToArray();
        var p = cases.Select(ruleCase => ruleCase.P).ToArray();
        var adjusted = Adjust(p);
        var judged = cases.Select((ruleCase, i) =>
            ruleCase.Rule.Compares && first ? ruleCase.OnFirstUse(policy)
            : ruleCase.Rule.Compares && missing is not null ? (Result: ruleCase.Unjudged(missing.Code), Finding: (Finding?)null)
            : ruleCase.Judge(policy, adjusted[i])).ToArray();
        var results = judged.Select(pair => pair.Result).ToImmutableArray();
        var (verdict, exit) = missing is not null ? (Verdict.Failed, ExitCode.BaselineUnusable) : Conclude(policy, evaluation, results);
        return new(
            verdict, exit, policy.Gate.Alpha, missing is null ? Power.SmallestDrop(policy, evaluation.Data!.Samples) : null, results,
            [
                .. missing is null ? [] : new[] { missing },
                .. Conditions.Findings(policy, evaluation, baseline),
                // What nobody believes is no better than before.
                .. judged.Where(pair => pair.Result.Cause != RuleCause.Rose || !IsBlind(policy, evaluation)).Select(pair => pair.Finding).OfType<Finding>(),
                .. exit == ExitCode.Inconclusive && IsBlind(policy, evaluation) ? new[] { Unbelieved(policy) } : [],
            ],
            baseline, release);
    }

    /// <summary>The policy's rules, and for each accuracy that they compare its fall since the last release.</summary>
    private static IEnumerable<RuleCase> Cases(
        Policy policy, EvaluationFacts evaluation, PairedBaseline? baseline, PairedBaseline? release)
    {
        foreach (var rule in policy.Gate.Rules)
        {
            yield return new(rule, Measurement.Of(rule, policy, evaluation, baseline));
        }

        foreach (var rule in release is null ? [] : policy.Gate.Rules.Where(rule => rule.MaxDrop is not null))
        {
            var total = rule with
            {
                Min = null, Max = null, Confidence = null, MaxDrop = policy.Gate.MaxTotalDrop, Path = RuleCase.Total,
            };
            var measured = Measurement.Of(total, policy, evaluation, release);
            yield return new(total, measured with { Subject = $"{measured.Subject}, since the release", SinceRelease = true });
        }
    }

    /// <summary>The worst rule decides, and so does an error that was found beside the rules.</summary>
    private static (Verdict, ExitCode) Conclude(Policy policy, EvaluationFacts evaluation, ImmutableArray<RuleResult> results)
    {
        var errors = evaluation.Findings.Where(finding => finding.Severity == Severity.Error).ToArray();
        var failed = results.Where(result => result.Outcome == RuleOutcome.Failed).ToArray();

        // Here it is the baseline, not the model, that cannot be trusted.
        if (errors.Any(error => error.Code == BaselineEdited || RuleCauses.Of(error.Code) is RuleCause.FirstUse) || failed.Any(rule => rule.Cause is RuleCause.Incomparable or RuleCause.FirstUse))
        {
            return (Verdict.Failed, ExitCode.BaselineUnusable);
        }

        if (errors.Length + failed.Length > 0)
        {
            return (Verdict.Failed, ExitCode.GateFailed);
        }

        return IsBlind(policy, evaluation) || results.Any(result => result.Outcome == RuleOutcome.Inconclusive)
            ? (Verdict.Inconclusive, policy.Gate.OnInconclusive == OnInconclusive.Fail ? ExitCode.Inconclusive : ExitCode.Passed)
            : (Verdict.Passed, ExitCode.Passed);
    }

    /// <summary>What attacks count is no evidence where they could not see, nor are radii that rest on the same gradients.</summary>
    private static bool IsBlind(Policy policy, EvaluationFacts evaluation) =>
        evaluation.Findings.Any(finding => finding.Code == Masked)
        && policy.Gate.Rules.Any(rule => rule.Metric is Metrics.RobustAccuracy or Metrics.WorstCaseAccuracy || Metrics.Predicts(rule.Metric) is not null);

    /// <summary>What the evaluation can only warn of fails the gate by the policy's own word, and a failure needs an error.</summary>
    private static Finding Unbelieved(Policy policy) => new(Masked, Severity.Error, policy.Source.At("gate.on-inconclusive"),
        "the robust counts are not believed, so the rules about them are inconclusive, and 'on-inconclusive: fail' makes that a failure.");

    private static Finding? Missing(Policy policy, PairedBaseline? baseline, PairedBaseline? release)
    {
        if (baseline is null && policy.Gate.Rules.Any(rule => rule.Compares))
        {
            return Pairing.Obstacle(policy, "RG0201",
                "there is no baseline to compare with, and a rule asks for a comparison. Look at the results, and if they are what "
                + "you want to hold on to, run baseline update and commit the file.");
        }

        return release is null && policy.Gate.MaxTotalDrop is not null
            ? Pairing.Obstacle(policy, "RG0201",
                "max-total-drop compares with the baseline of the last release, and it is not there. Copy the baseline when you release.", "gate.release")
            : null;
    }

    private static double?[] Adjust(double?[] p)
    {
        var adjusted = new double?[p.Length];
        var paired = Enumerable.Range(0, p.Length).Where(i => p[i] is not null).ToArray();
        var holm = Statistics.Holm([.. paired.Select(i => p[i]!.Value)]);
        for (var i = 0; i < paired.Length; i++)
        {
            adjusted[paired[i]] = holm[i];
        }

        return adjusted;
    }
}
