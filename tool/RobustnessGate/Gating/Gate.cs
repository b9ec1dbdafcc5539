using System.Collections.Immutable;
using RobustnessGate.Policies;
using RobustnessGate.Results;

namespace RobustnessGate.Gating;

/// <summary>
/// Decides whether an evaluation may pass: a pure function. A rule that compares fails only with two keys, a drop
/// beyond what it allows and a significant one (exact McNemar over the same samples, Holm over all paired rules), and
/// nothing that was not measured, not finished or not comparable ever passes.
/// </summary>
public static class Gate
{
    /// <param name="baseline">Null where there is none: then a policy whose rules compare does not pass.</param>
    public static GateResult Decide(Policy policy, Results.Evaluation evaluation, Baseline? baseline)
    {
        if (baseline is null || evaluation.Data is null || Completeness.Gaps(policy, evaluation).Any())
        {
            return Decide(policy, evaluation, null, null);
        }

        var (paired, obstacle) = Pairing.Pair(policy, evaluation.Data, baseline);
        return Decide(policy, evaluation, paired, obstacle);
    }

    /// <summary>The same for a baseline that is already in the order of the samples, as stored results hold it.</summary>
    public static GateResult DecideAgain(Policy policy, Results.Evaluation evaluation, PairedBaseline? baseline) =>
        Decide(policy, evaluation, baseline, null);

    private static GateResult Decide(Policy policy, Results.Evaluation evaluation, PairedBaseline? baseline, Finding? obstacle)
    {
        var rules = policy.Gate.Rules;
        var measured = rules.Select(rule => Measurement.Of(rule, policy, evaluation, baseline)).ToArray();
        var gaps = Completeness.Gaps(policy, evaluation).ToArray();
        if (gaps.Length > 0)
        {
            return new(
                Verdict.Failed, gaps[0].Exit, policy.Gate.Alpha, null,
                [.. rules.Zip(measured, (rule, m) => RuleJudge.Unjudged(rule, m, gaps[0].Finding.Code))],
                [.. gaps.Select(gap => gap.Finding)], baseline);
        }

        if (baseline is null && rules.Any(rule => rule.Compares))
        {
            return Unpaired(policy, measured, obstacle ?? Missing(policy));
        }

        var p = rules.Zip(measured, (rule, m) => m.P(rule)).ToArray();
        var adjusted = Adjust(p);
        var judged = rules.Select((rule, i) => RuleJudge.Judge(rule, measured[i], policy, p[i], adjusted[i])).ToArray();
        var results = judged.Select(pair => pair.Result).ToImmutableArray();
        var findings = Origin(policy, evaluation, baseline).Concat(judged.Select(pair => pair.Finding).OfType<Finding>());
        var (verdict, exit) = Conclude(policy, evaluation, results);
        return new(
            verdict, exit, policy.Gate.Alpha, Power.SmallestDrop(policy, evaluation.Data!.Samples), results, [.. findings], baseline);
    }

    /// <summary>The worst rule decides, and so does an error that the evaluation itself found.</summary>
    private static (Verdict, ExitCode) Conclude(Policy policy, Results.Evaluation evaluation, ImmutableArray<RuleResult> results)
    {
        if (results.Any(result => result.Code == "RG0206"))
        {
            return (Verdict.Failed, ExitCode.BaselineUnusable);
        }

        if (results.Any(result => result.Outcome == RuleOutcome.Failed)
            || evaluation.Findings.Any(finding => finding.Severity == Severity.Error))
        {
            return (Verdict.Failed, ExitCode.GateFailed);
        }

        return results.Any(result => result.Outcome == RuleOutcome.Inconclusive)
            ? (Verdict.Inconclusive, policy.Gate.OnInconclusive == OnInconclusive.Fail ? ExitCode.Inconclusive : ExitCode.Passed)
            : (Verdict.Passed, ExitCode.Passed);
    }

    /// <summary>Rules that need no baseline are still judged, so that the report shows them; the whole cannot pass.</summary>
    private static GateResult Unpaired(Policy policy, Measurement[] measured, Finding obstacle)
    {
        var judged = policy.Gate.Rules.Select((rule, i) => rule.Compares
            ? (RuleJudge.Unjudged(rule, measured[i], obstacle.Code), null)
            : RuleJudge.Judge(rule, measured[i], policy, null, null)).ToArray();
        return new(
            Verdict.Failed, ExitCode.BaselineUnusable, policy.Gate.Alpha, null, [.. judged.Select(pair => pair.Item1)],
            [obstacle, .. judged.Select(pair => pair.Item2).OfType<Finding>()], null);
    }

    private static Finding Missing(Policy policy) => Pairing.Obstacle(policy, "RG0201",
        "there is no baseline to compare with, and a rule asks for a comparison. Look at the results, and if they are what "
        + "you want to hold on to, run baseline update and commit the file.");

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

    /// <summary>What about the judge, not the model, differs from when the baseline was pinned.</summary>
    private static IEnumerable<Finding> Origin(Policy policy, Results.Evaluation evaluation, PairedBaseline? baseline)
    {
        if (baseline?.Origin is not { } origin)
        {
            yield break;
        }

        var torch = evaluation.Run?.TorchVersion;
        var differences = new List<string>();
        if (origin.Seed != policy.Seed)
        {
            differences.Add($"seed {origin.Seed}, now {policy.Seed}");
        }

        if (torch is not null && origin.Torch is not null && origin.Torch != torch)
        {
            differences.Add($"libtorch {origin.Torch}, now {torch}");
        }

        if (differences.Count > 0)
        {
            yield return new("RG1104", Severity.Note, policy.Source.At("gate.baseline"),
                $"the baseline was made with {string.Join(" and ", differences)}: part of any difference is chance.");
        }
    }
}
