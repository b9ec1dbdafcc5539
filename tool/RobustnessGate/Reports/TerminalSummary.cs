using System.Globalization;
using System.Text;
using RobustnessGate.Facts;
using RobustnessGate.Gating;
using RobustnessGate.Results;

namespace RobustnessGate.Reports;

/// <summary>What <c>check</c> says at its end: every count, every finding in the form that editors understand, the verdict last.</summary>
internal static class TerminalSummary
{
    private const int BarWidth = 20;

    /// <param name="show">A place of a finding, which is relative to the policy's folder, as the user is to see it.</param>
    public static string Render(ResultsDocument results, Func<string, string>? show = null)
    {
        var text = new StringBuilder();
        var lines = Comparison.Lines(results);
        var names = lines.Select(line => line.Kind == "worst case" ? Words.Worst(line.Norm, line.Epsilon) : line.Id + line.Goal).ToArray();
        var width = names.Select(name => name.Length).DefaultIfEmpty(0).Max();
        foreach (var (line, name) in lines.Zip(names))
        {
            var share = line.Bits.Count == 0 ? 0 : (double)line.Bits.Ones / line.Bits.Count;
            var pinned = line.Pinned is { } bits ? $"  baseline {bits.Ones}" : "";
            text.Append(CultureInfo.InvariantCulture, $"  {name.PadRight(width)}  {line.Bits.Ones,6} / {line.Bits.Count,-6} {Bar(share)} {Words.Percent(share),8}{pinned}\n");
        }

        foreach (var finding in results.Gate.Findings)
        {
            var shown = finding with { File = finding.File is { } file && show is not null ? show(file) : finding.File };
            text.Append(shown.ToFinding()).Append('\n');
        }

        return text.Append(Verdict(results)).Append('\n').ToString();
    }

    private static string Verdict(ResultsDocument results)
    {
        var rules = results.Gate.Rules;
        var passed = rules.Count(rule => rule.Outcome <= RuleOutcome.Warned);
        return results.Gate.Verdict switch
        {
            Gating.Verdict.Passed => $"passed: {passed} of {rules.Length} rules. {Reliability.Detectable(results.Gate)}".TrimEnd(),
            Gating.Verdict.Inconclusive when passed == rules.Length => $"inconclusive: {passed} of {rules.Length} rules hold, by counts that are not believed (RG1120)",
            Gating.Verdict.Inconclusive => $"inconclusive: {passed} of {rules.Length} rules passed, the others cannot be told",
            _ when passed == rules.Length => $"failed: {passed} of {rules.Length} rules passed, but not what stands above (exit code {results.ExitCode})",
            _ => $"failed: {passed} of {rules.Length} rules passed (exit code {results.ExitCode})",
        };
    }

    /// <summary>A bar of eighths: ███████▌.</summary>
    private static string Bar(double share)
    {
        var eighths = (int)Math.Round(share * BarWidth * 8, MidpointRounding.AwayFromZero);
        var bar = new string('█', eighths / 8) + (eighths % 8 == 0 ? "" : " ▏▎▍▌▋▊▉"[eighths % 8].ToString());
        return bar.PadRight(BarWidth);
    }
}
