using System.Text.Json;
using RobustnessGate.Facts;

namespace RobustnessGate.Results;

/// <summary>
/// Facts as JSON lines: how the evaluating process tells what it measured, as soon as it is known. A line counts once
/// its newline is written, so a process that died leaves every fact that it finished and nothing half-read.
/// </summary>
internal static class FactLog
{
    /// <summary>One fact as one line, with its newline.</summary>
    public static string Line(Fact fact) => JsonSerializer.Serialize(fact, Json.Lines) + "\n";

    /// <summary>All facts of a log. A last line without its newline is left out: its writer died.</summary>
    /// <exception cref="FormatException">Another line is not a fact: this is no log, or it was damaged.</exception>
    public static EvaluationFacts Read(string text)
    {
        var (facts, damage) = Salvage(text);
        return damage is null ? facts : throw new FormatException(damage);
    }

    /// <summary>The facts before the first line that is none, and what is wrong with that line; null where all are facts.</summary>
    public static (EvaluationFacts Facts, string? Damage) Salvage(string text)
    {
        var evaluation = EvaluationFacts.Empty;
        var lines = text.Split('\n');
        for (var i = 0; i < lines.Length - 1; i++)
        {
            try
            {
                evaluation = evaluation.With(Parse(lines[i], i + 1));
            }
            catch (FormatException damage)
            {
                return (evaluation, damage.Message);
            }
        }

        return (evaluation, null);
    }

    /// <exception cref="FormatException">The line is not a fact.</exception>
    internal static Fact Parse(string line, int number)
    {
        try
        {
            return JsonSerializer.Deserialize<Fact>(line, Json.Lines)
                ?? throw new FormatException($"line {number} of the fact log is null");
        }
        catch (Exception mistake) when (mistake is JsonException or NotSupportedException)
        {
            throw new FormatException($"line {number} of the fact log is not a fact: {mistake.Message}", mistake);
        }
    }
}
