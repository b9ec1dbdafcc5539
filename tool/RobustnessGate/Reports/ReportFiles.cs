using System.Collections.Immutable;
using RobustnessGate.Results;

namespace RobustnessGate.Reports;

/// <summary>Names of the files that a check leaves in its output folder.</summary>
internal static class ReportFiles
{
    public const string Results = ResultsFile.Name;
    public const string Run = "run.json";
    public const string Surface = "surface.svg";
    public const string CapturedOutput = "captured-output.log";

    public static readonly ImmutableArray<string> All =
        [
            .. ReportFormat.All.Select(format => format.File).OfType<string>(), Run, CapturedOutput,
            .. ReportPictures.Files, BrokenExamplePicture.File, Surface,
        ];
}
