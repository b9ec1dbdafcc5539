using System.Text;
using RobustnessGate.Results;

namespace RobustnessGate.Reports;

/// <summary>The markdown report in a place that holds only so much: whole where it fits, then without its details, then the verdict alone.</summary>
internal static class MarkdownLadder
{
    /// <summary>Most bytes of a job summary, what is in it already included; from 1 MiB on GitHub drops the whole.</summary>
    public const int SummaryLimit = (1024 * 1024) - 1;

    /// <summary>Most characters of a comment. GitHub counts them after its own encoding, so bytes are the safe measure.</summary>
    public const int CommentLimit = 65_535;

    private const string Details = "<details>";
    private const string DetailsEnd = "</details>\n";

    /// <param name="limit">Most UTF-8 bytes.</param>
    public static string Render(ResultsDocument results, int limit)
    {
        var whole = MarkdownReport.Render(results);
        if (Fits(whole, limit))
        {
            return whole;
        }

        const string Note = "\n\nThe details are in the report of the run; they are too long for this place.\n";
        var (from, to) = (whole.IndexOf(Details, StringComparison.Ordinal), whole.LastIndexOf(DetailsEnd, StringComparison.Ordinal));
        var brief = from < 0 ? whole : whole[..from] + whole[(to < 0 ? whole.Length : to + DetailsEnd.Length)..];
        if (Fits(brief + Note, limit))
        {
            return brief + Note;
        }

        var headline = Headline.Of(results);
        return $"### {headline.Symbol} {MarkdownText.Escape(headline.Title, 300)}{Note}";
    }

    private static bool Fits(string text, int limit) => Encoding.UTF8.GetByteCount(text) <= limit;
}
