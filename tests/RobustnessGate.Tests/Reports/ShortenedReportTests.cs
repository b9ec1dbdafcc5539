using System.Text;
using RobustnessGate.Cli.Channels;
using RobustnessGate.Diagnostics;
using RobustnessGate.Facts;
using RobustnessGate.Publishing;
using RobustnessGate.Reports;
using RobustnessGate.Results;
using static RobustnessGate.Tests.Scene;

namespace RobustnessGate.Tests;

public class ShortenedReportTests
{
    [Theory]
    [InlineData(WorkflowChannel.SummaryLimit, 0)]
    [InlineData(WorkflowChannel.SummaryLimit, 20)]
    [InlineData(WorkflowChannel.SummaryLimit, 3000)]
    [InlineData(StickyComment.Limit, 0)]
    [InlineData(StickyComment.Limit, 20)]
    [InlineData(StickyComment.Limit, 60)]
    public void Every_form_fits_with_long_findings_in_many_bytes(int limit, int findings)
    {
        var results = Results(findings);

        var text = CheckReport.MarkdownWithin(results, limit);

        Assert.InRange(Encoding.UTF8.GetByteCount(text), 1, limit);
        Assert.StartsWith(findings == 0 ? "✅ Passed" : "### ⚠️ Passed", text, StringComparison.Ordinal);
    }

    [Fact]
    public void The_places_are_smaller_than_what_GitHub_drops()
    {
        Assert.True(WorkflowChannel.SummaryLimit < 1_048_576);
        Assert.True(StickyComment.Limit < 65_536);
    }

    [Fact]
    public void There_are_three_forms()
    {
        var results = Results(20);
        var whole = CheckReport.MarkdownWithin(results, int.MaxValue);
        var brief = CheckReport.MarkdownWithin(results, Encoding.UTF8.GetByteCount(whole) - 1);
        var verdict = CheckReport.MarkdownWithin(results, Encoding.UTF8.GetByteCount(brief) - 1);

        Assert.Equal(CheckReport.Markdown(results, []), whole);
        Assert.Contains("| rule |", brief, StringComparison.Ordinal);
        Assert.DoesNotContain("<details>", brief, StringComparison.Ordinal);
        Assert.DoesNotContain("| rule |", verdict, StringComparison.Ordinal);
        Assert.True(verdict.Length < 500);
    }

    private static ResultsDocument Results(int findings)
    {
        var measured = Measured(Bits(9, 10), Bits(8, 10), Bits(5, 10));
        for (var i = 0; i < findings; i++)
        {
            measured = measured.With(new FindingFact(new("RG1104", Severity.Warning, null, $"{i} {new string('模', 580)}")));
        }

        return Judged(Policy(Robust(0.3, min: 0.1)), measured, null);
    }
}
