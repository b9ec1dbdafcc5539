using System.Collections.Immutable;
using System.Text.Json;
using RobustnessGate.Diagnostics;

namespace RobustnessGate.Results;

/// <summary>The text of <c>results.json</c>, and back.</summary>
internal static class ResultsFile
{
    /// <summary>Its name in the output folder.</summary>
    public const string Name = "results.json";

    public static string Render(ResultsDocument results) => Json.Render(results);

    /// <param name="display">The file's name in findings.</param>
    /// <exception cref="MistakeException">RG0209: not results of this version.</exception>
    public static ResultsDocument Read(string text, string display)
    {
        try
        {
            var results = JsonSerializer.Deserialize<ResultsDocument>(text, Json.Indented)
                ?? throw Mistake(display, 0, 0, "it holds nothing");
            if (results.SchemaVersion == ResultsDocument.Version && HasHoles(results))
            {
                throw Mistake(display, 0, 0, "an entry of one of its lists is null");
            }

            return results.SchemaVersion == ResultsDocument.Version
                ? results
                : throw Mistake(display, 0, 0, $"its schema version is {results.SchemaVersion}, this tool reads {ResultsDocument.Version}");
        }
        catch (Exception mistake) when (mistake is JsonException or FormatException or NotSupportedException)
        {
            var place = mistake as JsonException;
            throw Mistake(display, (place?.LineNumber + 1) ?? 0, (place?.BytePositionInLine + 1) ?? 0, Json.Reason(mistake));
        }
    }

    /// <summary>Null in a list, which the types of its elements do not show.</summary>
    private static bool HasHoles(ResultsDocument results) =>
        HasHoles(results.Attacks) || HasHoles(results.WorstCase) || HasHoles(results.Gate.Rules) || HasHoles(results.Gate.Findings)
        || HasHoles(results.Observations) || HasHoles(results.Integrity);

    private static bool HasHoles<T>(ImmutableArray<T> list) => list.IsDefault || list.Any(entry => entry is null);

    private static MistakeException Mistake(string display, long line, long column, string reason) =>
        new(ExitCode.InvalidInput, new Finding("RG0209", Severity.Error, new Location(display, (int)line, (int)column),
            $"these results cannot be read: {reason}. Run check again to write them anew."));
}
