using RobustnessGate.Diagnostics;

namespace RobustnessGate.Samples;

/// <summary>Mistakes in data files, worded for the person who must put them right: what is wrong, why it matters, what to do.</summary>
internal static class DataMistake
{
    /// <summary>A finding at a data file. The file is shown relative to the working directory, so that editors can open it.</summary>
    public static MistakeException At(string code, string path, string message) =>
        MistakeException.InFile(code, ShownPath.Of(path), message);

    /// <summary>No sample to evaluate: not an invalid file, but never a pass either.</summary>
    public static MistakeException NoSamples(string path, string message) =>
        new(ExitCode.NothingEvaluated, new Finding("RG0310", Severity.Error, new Location(ShownPath.Of(path), 0, 0), message));

    public static MistakeException Truncated(string path, string message) =>
        At("RG0303", path, message + " The file is cut short or damaged; fetch or export it again.");

    public static MistakeException TooLarge(string path, string message) => At("RG0313", path, message);

    public static string Shape(IEnumerable<long> dimensions) => "[" + string.Join(", ", dimensions) + "]";

    public static string Shape(IEnumerable<int> dimensions) => "[" + string.Join(", ", dimensions) + "]";
}
