namespace RobustnessGate.Diagnostics;

public enum Severity { Note, Warning, Error }

/// <summary>Something a person must know, with a code, a place, the numbers and a next step.</summary>
/// <param name="Code">One of <see cref="DiagnosticCatalog"/>.</param>
/// <param name="Where">The place in a file; null where there is none.</param>
public sealed record Finding(string Code, Severity Severity, Location? Where, string Message)
{
    /// <summary>The canonical form that MSBuild and editors understand: <c>file(line,col): error CODE: message</c>.</summary>
    public override string ToString()
    {
        var severity = Severity switch { Severity.Error => "error", Severity.Warning => "warning", _ => "info" };
        return Where switch
        {
            null => $"robustness-gate: {severity} {Code}: {Message}",
            { Line: > 0 } at => $"{at.File}({at.Line},{at.Column}): {severity} {Code}: {Message}",
            var at => $"{at.File}: {severity} {Code}: {Message}",
        };
    }
}

/// <summary>A user's mistake that stops the work: its findings, and the exit code that they mean.</summary>
internal sealed class MistakeException(ExitCode exitCode, params IReadOnlyList<Finding> findings)
    : Exception(string.Join(Environment.NewLine, findings))
{
    public ExitCode ExitCode { get; } = exitCode;

    public IReadOnlyList<Finding> Findings { get; } = findings;

    /// <summary>Room for all of a model's unsupported nodes, and an end for what a hostile file can make a message say.</summary>
    private const int MaxMessage = 20_000;

    private const int MaxWord = 300;

    /// <summary>A mistake in a file that has no lines: a model, a data file. Names from the file become one line of visible text.</summary>
    public static MistakeException InFile(string code, string file, string message)
    {
        var words = PlainText.Clean(message).Split(' ').Select(word => PlainText.Shorten(word, MaxWord));
        return new(ExitCode.InvalidInput, new Finding(code, Severity.Error, new Location(file, 0, 0), PlainText.Shorten(string.Join(' ', words), MaxMessage)));
    }
}
