using System.Collections.Immutable;
using RobustnessGate.Results;

namespace RobustnessGate.Reports;

/// <summary>A form that results can be rendered in. A new report is one file and one line here.</summary>
/// <param name="Name">As policies and <c>--format</c> name it.</param>
/// <param name="File">Its file in the output folder.</param>
/// <param name="Illustrated">The report with these pictures.</param>
/// <param name="LinksPictures">Whether the report refers to its pictures as files beside it.</param>
internal sealed record ReportFormat(
    string Name, string File, Func<ResultsDocument, ImmutableArray<ReportPicture>, string> Illustrated, bool LinksPictures = false)
{
    public static readonly ReportFormat[] All =
    [
        new("markdown", "report.md", CheckReport.Markdown, LinksPictures: true),
        new("html", "report.html", CheckReport.Html),
        new("json", "results.json", (results, _) => ResultsFile.Render(results)),
        new("junit", "report.junit.xml", (results, _) => JUnitReport.Render(results)),
        new("sarif", "report.sarif", (results, _) => SarifReport.Render(results)),
    ];

    /// <summary>The report by itself: with its pictures where they can stand within it.</summary>
    public string Render(ResultsDocument results) => Illustrated(results, LinksPictures ? [] : ReportPictures.Of(results));

    /// <summary>Reports and the pictures that they link, as files of one folder.</summary>
    /// <param name="brokenExamples">Pictures that don't follow from the results, such as those of samples.</param>
    public static IEnumerable<(string File, string Text)> Files(
        ResultsDocument results, IReadOnlyCollection<ReportFormat> formats, ImmutableArray<ReportPicture> brokenExamples)
    {
        ImmutableArray<ReportPicture> pictures = [.. brokenExamples, .. ReportPictures.Of(results)];
        foreach (var format in formats)
        {
            yield return (format.File, format.Illustrated(results, pictures));
        }

        foreach (var picture in formats.Any(format => format.LinksPictures) ? pictures : [])
        {
            yield return (picture.File, picture.Svg);
        }
    }
}
