using System.Net;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using RobustnessGate.Diagnostics;
using RobustnessGate.Facts;
using RobustnessGate.Gating;
using RobustnessGate.Policies;
using RobustnessGate.Reports;
using RobustnessGate.Results;
using static RobustnessGate.Tests.Scene;

namespace RobustnessGate.Tests;

/// <summary>Whatever the format, a report names the same rules, numbers and verdict.</summary>
public partial class OneReportTests
{
    private static readonly Policy Rules = Policy(Natural(maxDrop: 0.005, min: 0.9), Worst(0.1, maxDrop: 0.01), Robust(0.3, min: 0.2));

    private static readonly EvaluationFacts Before = Measured(Bits(989, 1000), Bits(812, 1000), Bits(412, 1000));

    private static readonly EvaluationFacts Worse = Measured(Bits(989, 1000), Change(Bits(812, 1000), 54, 11), Bits(400, 1000));

    public static IEnumerable<object[]> Outcomes() =>
    [
        ["passed"], ["failed"], ["inconclusive"], ["first use"], ["below the floor"], ["a changed judge"], ["a merge base"], ["counts not believed"],
    ];

    private static ResultsDocument Results(string outcome) => outcome switch
    {
        "passed" => Judged(Rules, Before, Pin(Rules, Before)),
        "failed" => Judged(Rules, Worse, Pin(Rules, Before)),
        "inconclusive" => Judged(Rules, Measured(Bits(989, 1000), Change(Bits(812, 1000), 60, 45), Bits(400, 1000)), Pin(Rules, Before)),
        "first use" => Judged(Rules, Before, null),
        "below the floor" => Judged(Policy(Robust(0.3, min: 0.9)), Before, null),
        "a merge base" => Judged(Rules, Worse, Pin(Rules, Before)) with { Options = new(Baseline: "git:" + new string('a', 40)) },
        "counts not believed" => Judged(
            Policy(Robust(0.3, min: 0.2)), Before.With(new FindingFact(new(Gate.Masked, Severity.Warning, null, "this model hides its gradients: so it is."))), null),
        _ => Judged(
            Rules,
            Before with { JudgeChanges = [new("gate.rules.natural-accuracy.min", "0.9", "0.5", JudgeEffect.Weaker, "gate.rules[0]")] },
            Pin(Rules with { Seed = 7 }, Before)),
    };

    [Theory]
    [MemberData(nameof(Outcomes))]
    public void Every_format_says_the_same(string outcome)
    {
        var results = Results(outcome);
        var headline = Headline.Of(results);
        string[] formats = [Words(CheckReport.Markdown(results, []), '\\'), Words(WebUtility.HtmlDecode(Tags().Replace(CheckReport.Html(results, []), "")), '\0')];
        var terminal = Words(TerminalSummary.Render(results), '\0');

        Assert.All(formats.Append(terminal), text => Assert.Contains(Words(headline.Title, '\0'), text, StringComparison.Ordinal));
        foreach (var rule in results.Gate.Rules)
        {
            string[] said = [rule.Subject + RuleText.Limits(rule.Limits), RuleText.Baseline(rule), RuleText.Now(rule), RuleText.Change(rule), RuleText.Outcome(rule), rule.AdjustedP is { } p ? RuleText.P(p) : ""];
            Assert.All(headline.IsQuiet ? formats : [.. formats, terminal], text => Assert.All(said, words => Assert.Contains(Words(words, '\0'), text, StringComparison.Ordinal)));
        }

        string[] judge = [.. Comparison.Judge(results), .. results.Integrity.Select(Comparison.Effect)];
        Assert.All(headline.IsQuiet ? formats : [.. formats, terminal], text => Assert.All(judge, words => Assert.Contains(Words(words, '\0'), text, StringComparison.Ordinal)));
        Assert.All(Comparison.Lines(results), line => Assert.All(formats, text => Assert.Contains($"{line.Bits.Ones} of {line.Bits.Count}", text, StringComparison.Ordinal)));
        Assert.All(formats, text => Assert.Contains("dotnet robustness-gate check --policy", text, StringComparison.Ordinal));
        Assert.All(formats, text => Assert.Equal(results.MergeBase is not null, text.Contains("merge base aaaaaaaa", StringComparison.Ordinal)));
    }

    [Theory]
    [MemberData(nameof(Outcomes))]
    public void Formats_for_machines_hold_every_rule_and_what_it_led_to(string outcome)
    {
        var results = Results(outcome);
        var (junit, sarif) = (XDocument.Parse(JUnitReport.Render(results)).ToString(), JsonNode.Parse(SarifReport.Render(results))!["runs"]![0]!["results"]!.AsArray());

        Assert.All(results.Gate.Rules, rule => Assert.Contains(rule.Subject, WebUtility.HtmlDecode(junit), StringComparison.Ordinal));
        Assert.Equal(results.Gate.Findings.Select(finding => finding.Message), sarif.Select(result => (string)result!["message"]!["text"]!));
        Assert.Equal(results.Gate.Findings.Select(finding => finding.Code), sarif.Select(result => (string)result!["ruleId"]!));
    }

    [Theory]
    [MemberData(nameof(Outcomes))]
    public void A_finding_is_told_once(string outcome)
    {
        var results = Results(outcome);
        var text = Words(CheckReport.Markdown(results, []), '\\');

        Assert.All(results.Gate.Findings.Where(finding => finding.Message.Length < 300), finding => Assert.Equal(
            2, text.Split(Words(finding.Message, '\0')[1..]).Length));
    }

    /// <summary>Without the marks of a format, so that words alone are compared.</summary>
    private static string Words(string text, char escape) => Spaces().Replace(
        text.Replace("&lt;", "<", StringComparison.Ordinal).Replace("&gt;", ">", StringComparison.Ordinal).Replace("\u200B", "", StringComparison.Ordinal)
            .Replace(escape.ToString(), "", StringComparison.Ordinal).Replace("**", "", StringComparison.Ordinal).Replace("`", "", StringComparison.Ordinal), " ").Trim();

    [GeneratedRegex("<[^>]*>")]
    private static partial Regex Tags();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Spaces();
}
