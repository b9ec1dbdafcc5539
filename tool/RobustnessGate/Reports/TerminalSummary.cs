using System.Globalization;
using RobustnessGate.Facts;
using RobustnessGate.Gating;
using RobustnessGate.Reports.Blocks;
using RobustnessGate.Results;

namespace RobustnessGate.Reports;

/// <summary>What <c>check</c> says at its end: every count, the rules where one is not kept, every finding in the form that editors understand, the verdict last.</summary>
internal static class TerminalSummary
{
    /// <param name="show">A place of a finding, which is relative to the policy's folder, as the user is to see it.</param>
    public static string Render(ResultsDocument results, Func<string, string>? show = null)
    {
        var headline = Headline.Of(results);
        var findings = results.Gate.Findings
            .Select(finding => finding with { File = finding.File is { } file && show is not null ? show(file) : finding.File })
            .Select(finding => finding.ToFinding() + "\n");
        return TerminalWriter.Write([Counts(results)])
            + (headline.IsQuiet ? "" : TerminalWriter.Write([.. CheckReport.Rules(results), .. CheckReport.Judge(results)]))
            + string.Concat(findings)
            + headline.Title + "\n" + Verdict(results) + "\n";
    }

    private static Table Counts(ResultsDocument results) => new(
        [new("", Numeric: false), new(""), new("", Numeric: false), new("", Numeric: false), new(""), new("", Numeric: false)],
        [.. Comparison.Lines(results).Select(line => new Row(
            Tone.Usual,
            [line.Kind == "worst case" ? Words.Worst(line.Norm, line.Epsilon) : line.Id + line.Goal],
            [line.Bits.Ones.ToString(CultureInfo.InvariantCulture)], [FormattableString.Invariant($"/ {line.Bits.Count}")],
            [new Meter(line.Bits.Ones, line.Bits.Count)], [Words.Percent(line.Bits.Count == 0 ? 0 : (double)line.Bits.Ones / line.Bits.Count)],
            [line.Pinned is { } bits ? FormattableString.Invariant($"baseline {bits.Ones}") : ""]))]);

    private static string Verdict(ResultsDocument results)
    {
        var rules = results.Gate.Rules;
        var passed = rules.Count(rule => rule.Outcome <= RuleOutcome.Warned);
        return results.Gate.Verdict switch
        {
            Gating.Verdict.Passed => $"passed: {passed} of {rules.Length} rules. {Reliability.Detectable(results.Gate)}".TrimEnd(),
            Gating.Verdict.Inconclusive when passed == rules.Length => $"inconclusive: {passed} of {rules.Length} rules hold, by counts that are not believed ({Gate.Masked})",
            Gating.Verdict.Inconclusive => $"inconclusive: {passed} of {rules.Length} rules passed, the others cannot be told",
            _ when passed == rules.Length => $"failed: {passed} of {rules.Length} rules passed, but not what stands above (exit code {results.ExitCode})",
            _ => $"failed: {passed} of {rules.Length} rules passed (exit code {results.ExitCode})",
        };
    }
}
