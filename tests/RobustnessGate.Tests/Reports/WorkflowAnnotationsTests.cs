using System.Globalization;
using RobustnessGate.Cli.Channels;
using RobustnessGate.Diagnostics;
using RobustnessGate.Reports;

namespace RobustnessGate.Tests.Reports;

public class WorkflowAnnotationsTests
{
    [Fact]
    public void A_finding_is_an_annotation_at_its_place() => Assert.Equal(
        $"::error file=robustness.yml,line=22,col=7,title=RG1001%3A {DiagnosticCatalog.Titles["RG1001"]}::fell by 4.3 points\n",
        WorkflowAnnotations.Render([new("RG1001", Severity.Error, new Location("robustness.yml", 22, 7), "fell by 4.3 points")]));

    [Fact]
    public void More_than_nine_become_the_nine_worst_and_a_count()
    {
        var findings = Enumerable.Range(0, 12).SelectMany(i => new Finding[]
        {
            new("RG1101", Severity.Warning, null, $"warning {i}"), new("RG1001", Severity.Error, null, $"error {i}"),
        });

        var lines = WorkflowAnnotations.Render(findings).Split('\n', StringSplitOptions.RemoveEmptyEntries);

        Assert.Equal(10, lines.Length);
        Assert.All(lines[..9], line => Assert.StartsWith("::error title=RG1001", line, StringComparison.Ordinal));
        Assert.Equal("::notice title=RobustnessGate::15 more in the report", lines[9]);
    }

    [Theory]
    [MemberData(nameof(MarkdownTextTests.Hostile), MemberType = typeof(MarkdownTextTests))]
    public void Hostile_text_is_one_visible_line_in_every_channel(string text)
    {
        var finding = new Finding("RG0301", Severity.Error, new Location(text, 1, 1), text);

        foreach (var line in new[] { FindingChannel.Line(finding), WorkflowAnnotations.Render([finding]).TrimEnd('\n') })
        {
            Assert.DoesNotContain(line, c => char.GetUnicodeCategory(c) is UnicodeCategory.Control or UnicodeCategory.Format
                or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator);
            Assert.Contains("error", line, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("a\n::error::forged")]
    [InlineData("a\r\n::set-env name=PATH::/tmp")]
    [InlineData("100 %0A::error::forged")]
    public void A_message_stays_within_its_line(string message)
    {
        var text = WorkflowAnnotations.Render([new("RG0301", Severity.Error, new Location("a,line=9:b\n::error::x", 0, 0), message)]);

        Assert.Single(text.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.StartsWith("::error file=a%2Cline=9%3Ab %3A%3Aerror%3A%3Ax,title=RG0301%3A ", text, StringComparison.Ordinal);
        Assert.DoesNotContain(" %0A", text, StringComparison.Ordinal);
    }
}
