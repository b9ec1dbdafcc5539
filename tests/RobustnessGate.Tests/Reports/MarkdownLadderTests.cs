using System.Text;
using RobustnessGate.Diagnostics;
using RobustnessGate.Facts;
using RobustnessGate.Reports;
using RobustnessGate.Results;
using static RobustnessGate.Tests.Scene;

namespace RobustnessGate.Tests;

public class MarkdownLadderTests
{
    [Theory]
    [InlineData(MarkdownLadder.SummaryLimit, 0)]
    [InlineData(MarkdownLadder.SummaryLimit, 20)]
    [InlineData(MarkdownLadder.SummaryLimit, 3000)]
    [InlineData(MarkdownLadder.CommentLimit, 0)]
    [InlineData(MarkdownLadder.CommentLimit, 20)]
    [InlineData(MarkdownLadder.CommentLimit, 60)]
    public void Every_rung_fits_with_long_findings_in_many_bytes(int limit, int findings)
    {
        var results = Results(findings);

        var text = MarkdownLadder.Render(results, limit);

        Assert.InRange(Encoding.UTF8.GetByteCount(text), 1, limit);
        Assert.StartsWith(findings == 0 ? "✅ Passed" : "### ⚠️ Passed", text, StringComparison.Ordinal);
    }

    [Fact]
    public void The_places_are_smaller_than_what_GitHub_drops()
    {
        Assert.True(MarkdownLadder.SummaryLimit < 1_048_576);
        Assert.True(MarkdownLadder.CommentLimit < 65_536);
    }

    [Fact]
    public void There_are_three_rungs()
    {
        var results = Results(20);
        var whole = MarkdownLadder.Render(results, int.MaxValue);
        var brief = MarkdownLadder.Render(results, Encoding.UTF8.GetByteCount(whole) - 1);
        var verdict = MarkdownLadder.Render(results, Encoding.UTF8.GetByteCount(brief) - 1);

        Assert.Equal(MarkdownReport.Render(results), whole);
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
