using RobustnessGate.Results;

namespace RobustnessGate.Reports;

/// <summary>A form that results can be rendered in. A new report is one file and one line here.</summary>
/// <param name="Name">As policies and <c>--format</c> name it.</param>
/// <param name="File">Its file in the output folder.</param>
public sealed record ReportFormat(string Name, string File, Func<ResultsDocument, string> Render)
{
    public static readonly ReportFormat[] All =
    [
        new("markdown", "report.md", MarkdownReport.Render),
        new("html", "report.html", HtmlReport.Render),
        new("json", "results.json", ResultsFile.Render),
        new("junit", "report.junit.xml", JUnitReport.Render),
        new("sarif", "report.sarif", SarifReport.Render),
    ];
}
