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
    /// <summary>The finding whose words the detail repeats; null where none does.</summary>
    public FindingResult? Told { get; init; }

    /// <summary>Whether all is well: then nobody needs to read on.</summary>
    public bool IsQuiet => Symbol == Fine;

    private const string Fine = "✅";

    public static Headline Of(ResultsDocument results) => (ExitCode)results.ExitCode switch
    {
        ExitCode.Cancelled => Because("❌", "Not judged: the evaluation was stopped", First(results)),
        ExitCode.InvalidInput => Because("❌", "Not judged: the policy, the model or the data cannot be used", First(results)),
        ExitCode.BadCommandLine => Because("❌", "Not judged: what was asked for on the command line cannot be done", First(results)),
        ExitCode.InternalError => Because("❌", "Not judged: the tool itself could not work", First(results)),
        ExitCode.EvaluationCrashed => Because("❌", "Not judged: the evaluation stopped before its end", First(results)),
        ExitCode.NothingEvaluated => Because("❌", "Not judged: not everything that the policy asks for was evaluated", First(results)),
        ExitCode.BaselineUnusable when First(results)?.Code == Gate.BaselineEdited => Because("❌", "This change edits the baseline that it is compared with", First(results)),
        ExitCode.BaselineUnusable => Because("❌", "Not judged: there is nothing comparable to compare with", First(results)),
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
        var worst = failed.Where(rule => rule.Cause is RuleCause.Fell or RuleCause.FellSinceRelease).MaxBy(rule => rule.Drop);
        if (worst is not null)
        {
            return new("❌",
                $"{(IsNatural(worst) ? "Accuracy" : "Robustness")} fell by {Words.Points(worst.Drop!.Value)} points: {worst.Subject}, "
                + $"{Words.Percent(worst.BaselineValue!.Value)} → {Words.Percent(worst.Value!.Value)}",
                Changed(worst) + $" This is a real change, not noise (p = {Words.P(worst.AdjustedP!.Value)}).");
        }

        return failed.FirstOrDefault() switch
        {
            null when results.Gate.Findings.FirstOrDefault(finding => finding.Code == Gate.Masked) is { } masked =>
                Because("❌", "Not credible: this change hides the model's gradients, which the baseline's did not", masked),
            null when First(results) is { } error && DiagnosticCatalog.IsIntegrity(error.Code) =>
                Because("❌", "This change lowers the bar that it has to clear", First(results)),
            null => Because("❌", "Not credible: the evaluation itself reports an error", First(results)),
            { Cause: RuleCause.BelowFloor } rule => Because("❌", $"Below the floor: {rule.Subject} is {Now(rule)}", Finding(results, rule)),
            { Cause: RuleCause.AboveCeiling } rule => Because("❌", $"Above the ceiling: {rule.Subject} is {Now(rule)}", Finding(results, rule)),
            { Cause: RuleCause.IndicatorWorsened } rule => Because("❌",
                $"An indicator worsened: {rule.Subject}, {Words.Value(rule.BaselineValue)} → {Words.Value(rule.Value)}", Finding(results, rule)),
            var rule => Because("❌", $"Not judged: {rule.Subject}", Finding(results, rule) ?? First(results)),
        };
    }

    private static Headline Inconclusive(ResultsDocument results)
    {
        if (results.Gate.Findings.FirstOrDefault(finding => finding.Code == Gate.Masked) is { } masked)
        {
            return new("❔", $"Not credible: {masked.Message}", "") { Told = masked };
        }

        var rule = results.Gate.Rules.Where(rule => rule.Outcome == RuleOutcome.Inconclusive).OrderByDescending(rule => rule.Count is not null).ThenByDescending(rule => rule.Drop).First();
        if (rule.Cause == RuleCause.NoCriterion)
        {
            return Because("❔", $"Inconclusive: {rule.Subject} does not predict this model's robustness", Finding(results, rule));
        }

        var what = rule.Count is null
            ? $"a change of {Words.Percent(Math.Abs(rule.Drop!.Value))} in {rule.Subject}"
            : $"a drop of {Words.Points(rule.Drop!.Value)} points";
        return Because("❔",
            $"Inconclusive: {Words.Count(rule.Total!.Value)} samples cannot tell {what} from noise", Finding(results, rule));
    }

    private static Headline Passed(ResultsDocument results)
    {
        var rules = results.Gate.Rules;
        var lead = Leading(rules)!;
        var warnings = results.Gate.Findings.Count(finding => finding.Severity == Severity.Warning);
        var symbol = warnings > 0 ? "⚠️" : Fine;
        var suffix = warnings switch { 0 => "", 1 => "; 1 warning", _ => $"; {warnings} warnings" };
        if (lead is not { BaselineCount: { } before, Count: { } now })
        {
            return new(symbol, $"Passed: {rules.Length} of {rules.Length} rules; {lead.Subject} is {Now(lead)}{suffix}", "");
        }

        var name = IsNatural(lead) ? "Accuracy" : "Robustness";
        var p = lead.AdjustedP ?? lead.P;
        var change = lead.Cause == RuleCause.Rose ? "rose" : lead.Cause == RuleCause.FellWithinAllowed ? "fell within what is allowed" : before == now && lead.NewlyBroken == 0 ? "unchanged" : "held";
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

    private static FindingResult? First(ResultsDocument results) =>
        results.Gate.Findings.FirstOrDefault(finding => finding.Severity == Severity.Error);

    /// <summary>What a rule led to.</summary>
    private static FindingResult? Finding(ResultsDocument results, RuleResult rule) =>
        results.Gate.Findings.FirstOrDefault(finding => finding.Code == rule.Code && finding.Message == rule.Message);

    /// <summary>A headline whose detail is what a finding says.</summary>
    private static Headline Because(string symbol, string title, FindingResult? finding) => new(symbol, title, finding?.Message ?? "") { Told = finding };

    private static bool IsNatural(RuleResult rule) => rule.Metric == Metrics.NaturalAccuracy;
}
