using System.Globalization;
using System.Text;

namespace RobustnessGate.Hosting.Capture;

/// <summary>The log of what was printed, beside the results and no part of them.</summary>
internal static class CapturedOutputFile
{
    public static string Render(CapturedOutput output)
    {
        var text = new StringBuilder(
            "# What the model and the libraries under it printed: each distinct line once, behind how often it came.\n"
            + "# Times of day are left out, and whatever could act on a terminal or a build is written so that it cannot.\n");
        foreach (var line in output.Lines)
        {
            text.Append(Entry(line)).Append('\n');
        }

        if (output.LeftOut > 0)
        {
            text.Append(CultureInfo.InvariantCulture, $"# {output.LeftOut} more lines found no room here. The last ones of all:\n");
            foreach (var line in output.Last)
            {
                text.Append(Beside("")).Append(line).Append('\n');
            }
        }

        return text.ToString();
    }

    /// <summary>A line behind its count.</summary>
    public static string Entry(CapturedLine line) => Beside(line.Count.ToString(CultureInfo.InvariantCulture)) + line.Text;

    private static string Beside(string count) => $"{count,9} | ";
}
