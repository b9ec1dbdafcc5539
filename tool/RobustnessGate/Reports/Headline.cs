using RobustnessGate.Diagnostics;
using RobustnessGate.Facts;
using RobustnessGate.Gating;
using RobustnessGate.Policies;
using RobustnessGate.Results;

namespace RobustnessGate.Reports;

/// <summary>The verdict in plain words, for someone who has never seen the tool: plain text, to be escaped by the format.</summary>
/// <param name="Symbol">Carries the verdict together with the words, never alone.</param>
/// <param name="Title">One line with the number that matters.</param>
/// <param name="Detail">What it means; empty where the title says it all.</param>
internal sealed record Headline(string Symbol, string Title, string Detail)
{
    public static Headline Of(ResultsDocument results) => (ExitCode)results.ExitCode switch
    {
        ExitCode.Cancelled => new("❌", "Not judged: the evaluation was stopped", FirstError(results)),
        ExitCode.InvalidInput => new("❌", "Not judged: the policy, the model or the data cannot be used", FirstError(results)),
        ExitCode.BadCommandLine => new("❌", "Not judged: what was asked for on the command line cannot be done", FirstError(results)),
        ExitCode.InternalError => new("❌", "Not judged: the tool itself could not work", FirstError(results)),
        ExitCode.EvaluationCrashed => new("❌", "Not judged: the evaluation stopped before its end", FirstError(results)),
        ExitCode.NothingEvaluated => new("❌", "Not judged: not everything that the policy asks for was evaluated", FirstError(results)),
        ExitCode.BaselineUnusable when FirstCode(results) == "RG0502" => new("❌", "This change edits the baseline that it is compared with", FirstError(results)),
        ExitCode.BaselineUnusable => new("❌", "Not judged: there is nothing comparable to compare with", FirstError(results)),
        _ => results.Gate.Verdict switch
        {
            Verdict.Failed => Failed(results),
            Verdict.Inconclusive => Inconclusive(results),
            _ => Passed(results),
        },
    };

    /// <summary>The rule that speaks for the model: the worst case before single attacks before natural accuracy, comparing ones first.</summary>
    public static RuleResult? Leading(IEnumerable<RuleResult> rules) => rules
        .OrderByDescending(rule => rule.Drop is not null)
        .ThenBy(rule => rule.Metric switch
        {
            Metrics.WorstCaseAccuracy => 0,
            Metrics.RobustAccuracy => 1,
            Metrics.NaturalAccuracy => 2,
            _ => 3,
        })
        .FirstOrDefault();

    private static Headline Failed(ResultsDocument results)
    {
        var failed = results.Gate.Rules.Where(rule => rule.Outcome == RuleOutcome.Failed).ToArray();
        var worst = failed.Where(rule => rule.Code is "RG1001" or "RG1006").MaxBy(rule => rule.Drop);
        if (worst is not null)
        {
            return new("❌",
                $"{(IsNatural(worst) ? "Accuracy" : "Robustness")} fell by {Words.Points(worst.Drop!.Value)} points: {worst.Subject}, "
                + $"{Words.Percent(worst.BaselineValue!.Value)} → {Words.Percent(worst.Value!.Value)}",
                Changed(worst) + $" This is a real change, not noise (p = {Words.P(worst.AdjustedP!.Value)}).");
        }

        return failed.FirstOrDefault() switch
        {
            null when results.Gate.Findings.Any(finding => finding.Code == "RG1138") =>
                new("❌", "Not credible: this change hides the model's gradients, which the baseline's did not", Masked(results)),
            null when FirstCode(results).StartsWith("RG05", StringComparison.Ordinal) =>
                new("❌", "This change lowers the bar that it has to clear", FirstError(results)),
            null => new("❌", "Not credible: the evaluation itself reports an error", FirstError(results)),
            { Code: "RG1002" } rule => new("❌", $"Below the floor: {rule.Subject} is {Now(rule)}", rule.Message ?? ""),
            { Code: "RG1003" } rule => new("❌", $"Above the ceiling: {rule.Subject} is {Now(rule)}", rule.Message ?? ""),
            { Code: "RG1004" } rule => new("❌",
                $"An indicator worsened: {rule.Subject}, {Words.Value(rule.BaselineValue)} → {Words.Value(rule.Value)}", rule.Message ?? ""),
            var rule => new("❌", $"Not judged: {rule.Subject}", rule.Message ?? ""),
        };
    }

    private static Headline Inconclusive(ResultsDocument results)
    {
        if (results.Gate.Findings.FirstOrDefault(finding => finding.Code == Gate.Masked) is { } masked)
        {
            return new("❔", $"Not credible: {masked.Message}", "");
        }

        var rule = results.Gate.Rules.Where(rule => rule.Outcome == RuleOutcome.Inconclusive).OrderByDescending(rule => rule.Count is not null).ThenByDescending(rule => rule.Drop).First();
        if (rule.Code == "RG1131")
        {
            return new("❔", $"Inconclusive: {rule.Subject} does not predict this model's robustness", rule.Message ?? "");
        }

        var what = rule.Count is null
            ? $"a change of {Words.Percent(Math.Abs(rule.Drop!.Value))} in {rule.Subject}"
            : $"a drop of {Words.Points(rule.Drop!.Value)} points";
        return new("❔",
            $"Inconclusive: {Words.Count(rule.Total!.Value)} samples cannot tell {what} from noise", rule.Message ?? "");
    }

    private static Headline Passed(ResultsDocument results)
    {
        var rules = results.Gate.Rules;
        var lead = Leading(rules)!;
        var warnings = results.Gate.Findings.Count(finding => finding.Severity == Severity.Warning);
        var symbol = warnings > 0 ? "⚠️" : "✅";
        var suffix = warnings switch { 0 => "", 1 => "; 1 warning", _ => $"; {warnings} warnings" };
        if (lead is not { BaselineCount: { } before, Count: { } now })
        {
            return new(symbol, $"Passed: {rules.Length} of {rules.Length} rules; {lead.Subject} is {Now(lead)}{suffix}", "");
        }

        var name = IsNatural(lead) ? "Accuracy" : "Robustness";
        var p = lead.AdjustedP ?? lead.P;
        var change = lead.Code == "RG1103" ? "rose" : lead.Code == "RG1102" ? "fell within what is allowed" : before == now && lead.NewlyBroken == 0 ? "unchanged" : "held";
        return new(symbol,
            $"{name} {change}: {now} of {lead.Total}, {lead.Subject} (baseline {before}{(p is { } value ? $", p = {Words.P(value)}" : "")}){suffix}", "");
    }

    /// <summary>Who changed sides.</summary>
    private static string Changed(RuleResult rule) => rule.Metric switch
    {
        Metrics.NaturalAccuracy => $"{Broken(rule)} the baseline classified rightly {Are(rule.NewlyBroken)} now wrong; {rule.NewlyFixed} {Are(rule.NewlyFixed)} newly right.",
        Metrics.WorstCaseAccuracy => $"{Broken(rule)} withstood every attack in the baseline {Are(rule.NewlyBroken)} now broken; {rule.NewlyFixed} {Are(rule.NewlyFixed)} newly robust.",
        _ => $"{Broken(rule)} withstood this attack in the baseline {Are(rule.NewlyBroken)} now broken; {rule.NewlyFixed} {Are(rule.NewlyFixed)} newly robust.",
    };

    private static string Broken(RuleResult rule) => Words.Samples(rule.NewlyBroken!.Value) + " that";

    private static string Are(int? count) => count == 1 ? "is" : "are";

    private static string Now(RuleResult rule) =>
        rule.Count is null ? Words.Value(rule.Value) : $"{rule.Count} of {rule.Total} ({Words.Percent(rule.Value!.Value)})";

    private static string FirstError(ResultsDocument results) =>
        results.Gate.Findings.FirstOrDefault(finding => finding.Severity == Severity.Error)?.Message ?? "";

    private static string Masked(ResultsDocument results) => results.Gate.Findings.FirstOrDefault(finding => finding.Code == Gate.Masked)?.Message ?? "";

    private static string FirstCode(ResultsDocument results) =>
        results.Gate.Findings.FirstOrDefault(finding => finding.Severity == Severity.Error)?.Code ?? "";

    private static bool IsNatural(RuleResult rule) => rule.Metric == Metrics.NaturalAccuracy;
}
