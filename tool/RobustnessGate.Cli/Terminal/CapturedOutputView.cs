using RobustnessGate.Cli.Parsing;
using RobustnessGate.Diagnostics;
using RobustnessGate.Facts;
using RobustnessGate.Hosting.Capture;

namespace RobustnessGate.Cli.Terminal;

/// <summary>What becomes of what a model and the libraries under it printed, once it is known how the work ended.</summary>
internal static class CapturedOutputView
{
    /// <param name="log">File to keep it in; null for none.</param>
    /// <param name="died">Whether the process ended before its work was done.</param>
    public static void Show(CapturedOutput output, string? log, Screen screen, bool died)
    {
        if (output.IsEmpty)
        {
            return;
        }

        var kept = log is not null && IsWritten(log, output, screen) ? $" ({log})" : "";
        if (screen.Speaks(Verbosity.Detailed))
        {
            screen.Say($"printed by the model or the libraries under it{kept}:");
            foreach (var line in output.Lines)
            {
                screen.Say(Harmless.Quoted(CapturedOutputFile.Entry(line)));
            }

            if (output.LeftOut > 0)
            {
                screen.Say($"and {Words.Count(output.LeftOut)} more lines, for which there was no room");
            }
        }

        if (died)
        {
            screen.Say($"the last that the model or the libraries under it printed{kept}:", Verbosity.Quiet);
            foreach (var line in output.Last)
            {
                screen.Say("  | " + Harmless.Quoted(line), Verbosity.Quiet);
            }
        }
    }

    /// <summary>Writes the log. Results and verdict do not rest on it, so a disk that is full costs the log alone.</summary>
    private static bool IsWritten(string log, CapturedOutput output, Screen screen)
    {
        try
        {
            AtomicFile.MakeFolder(log);
            AtomicFile.Write(log, CapturedOutputFile.Render(output));
            return true;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            screen.Say($"{log} cannot be written: {exception.Message}");
            return false;
        }
    }
}
