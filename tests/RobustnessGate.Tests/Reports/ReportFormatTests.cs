using System.Collections.Immutable;
using System.Text.Json;
using System.Xml.Linq;
using RobustnessGate.Diagnostics;
using RobustnessGate.Facts;
using RobustnessGate.Gating;
using RobustnessGate.Policies;
using RobustnessGate.Reports;
using RobustnessGate.Results;
using static RobustnessGate.Tests.Scene;

namespace RobustnessGate.Tests;

public class ReportFormatTests
{
    private static readonly Policy Rules = Policy(
        Natural(min: 0.9), Worst(0.1, maxDrop: 0.01), Robust(0.3, maxDrop: 0.01), Robust(0.1, maxDrop: 0.2));

    private static readonly EvaluationFacts Before = Measured(Bits(98, 100), Bits(80, 100), Bits(40, 100), Indicator(Bits(3, 3), 0.1, 0.2, 0.3));

    /// <summary>One rule passes, one fails, one is inconclusive, one is warned.</summary>
    private static ResultsDocument Example() => Judged(Rules, Before with
    {
        Attacks = [Attack("pgd-linf-0.1", 0.1, Bits(65, 100)), Attack("pgd-linf-0.3", 0.3, Bits(36, 100))],
        Findings = [new("RG1108", Severity.Warning, new Location("models/net 1.onnx", 0, 0), "float32 only")],
    }, Pin(Rules, Before));

    /// <summary>Names, messages and ids made to break out of every format.</summary>
    private const string Evil = "</td><script>alert(1)</script>]]>&lt;\"'\n::error::x\r\n%0A\u0000\u001b\u202e\ud800 --> <!-- | ` [x](http://evil) @all #1";

    private static ResultsDocument Hostile() => Everywhere(Evil);

    private static ResultsDocument Everywhere(string text)
    {
        var example = Example();
        return example with
        {
            Policy = example.Policy with { File = text },
            Tool = new(text, text),
            Attacks = [.. example.Attacks.Select(attack => attack with { Name = text, Protocol = text, Norm = text })],
            Gate = example.Gate with
            {
                Rules = [.. example.Gate.Rules.Select(rule => rule with { Subject = text, Message = text })],
                Findings = [.. example.Gate.Findings.Select(finding => finding with { Message = text, File = text, Code = text })],
            },
        };
    }

    [Fact]
    public void The_example_has_every_outcome() => Assert.Equal(
        [RuleOutcome.Passed, RuleOutcome.Failed, RuleOutcome.Inconclusive, RuleOutcome.Warned], Example().Gate.Rules.Select(rule => rule.Outcome));

    [Fact]
    public Task Html() => Verify(CheckReport.Html(Example(), []), "html");

    [Fact]
    public Task JUnit() => Verify(JUnitReport.Render(Example()), "xml");

    [Fact]
    public Task Sarif() => Verify(SarifReport.Render(Example()), "sarif");

    [Fact]
    public Task Baselines_are_compared() => Verify(BaselineDiff.Render(
        Pin(Rules, Before), Pin(Rules with { Seed = 7 }, Before with
        {
            Attacks = [Attack("pgd-linf-0.1", 0.1, Bits(65, 100)), Attack("square-linf-0.3", 0.3, Bits(36, 100))],
        })));

    [Fact]
    public void Equal_baselines_are_equal() =>
        Assert.Equal("the baselines are equal\n", BaselineDiff.Render(Pin(Rules, Before), Pin(Rules, Before)));

    [Fact]
    public void The_policy_knows_every_format() =>
        Assert.Equal(ReportFormat.All.Select(format => format.Name).Append("github"), ReportSection.KnownFormats);

    [Fact]
    public void Every_format_renders_whatever_was_reached()
    {
        var crashed = Judged(Rules, EvaluationFacts.Empty, null);
        var unpaired = Judged(Rules, Before, null);
        foreach (var format in ReportFormat.All)
        {
            Assert.NotEmpty(format.Render(crashed));
            Assert.NotEmpty(format.Render(unpaired));
            Assert.DoesNotContain('\r', format.Render(Hostile()));
        }
    }

    [Fact]
    public void Hostile_text_stays_text_in_html()
    {
        var html = CheckReport.Html(Hostile(), []);
        Assert.DoesNotContain("<script", html, StringComparison.Ordinal);
        Assert.DoesNotContain('\u202e', html);
        Assert.DoesNotContain('\u001b', html);
        Assert.DoesNotContain("href", html, StringComparison.Ordinal);
        Assert.DoesNotContain("src=", html, StringComparison.Ordinal);
        Assert.Contains("default-src 'none'", html, StringComparison.Ordinal);
        Assert.Equal(CheckReport.Html(Everywhere("x"), []).Split("</td>").Length, html.Split("</td>").Length);
    }

    [Fact]
    public void Hostile_text_stays_text_in_xml_and_json()
    {
        var xml = XDocument.Parse(JUnitReport.Render(Hostile()));
        Assert.Equal(4, xml.Descendants("testcase").Count());
        using var sarif = JsonDocument.Parse(SarifReport.Render(Hostile()));
        Assert.Equal(Example().Gate.Findings.Length, sarif.RootElement.GetProperty("runs")[0].GetProperty("results").GetArrayLength());
    }

    [Fact]
    public void JUnit_counts_what_it_lists()
    {
        var suite = XDocument.Parse(JUnitReport.Render(Example())).Root!.Element("testsuite")!;
        Assert.Equal(("4", "1", "0", "1"), ((string)suite.Attribute("tests")!, (string)suite.Attribute("failures")!, (string)suite.Attribute("errors")!, (string)suite.Attribute("skipped")!));
        Assert.Equal("RG1001", (string)Assert.Single(suite.Descendants("failure")).Attribute("type")!);
        var crashed = XDocument.Parse(JUnitReport.Render(Judged(Rules, EvaluationFacts.Empty, null))).Root!.Element("testsuite")!;
        Assert.Equal(("5", "4", "1"), ((string)crashed.Attribute("tests")!, (string)crashed.Attribute("failures")!, (string)crashed.Attribute("errors")!));
    }
}
