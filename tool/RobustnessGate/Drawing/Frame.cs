using System.Collections.Immutable;
using System.Text;

namespace RobustnessGate.Drawing;

/// <summary>What every picture has: a title, lines of text under it, and a size limit.</summary>
internal static class Frame
{
    /// <summary>Most bytes of a picture.</summary>
    public const int MostBytes = 200_000;

    /// <summary>The tolerance of the first try, in the picture's units.</summary>
    public const double Finest = 0.12;

    /// <summary>Left and right of everything.</summary>
    public const double Margin = 14;

    private const double TitleSize = 15, CaptionSize = 12;

    /// <summary>Writes the title and the caption at the top.</summary>
    /// <returns>Where the rest starts.</returns>
    public static double Head(Canvas canvas, double width, string title, string caption)
    {
        var y = 10.0;
        foreach (var line in FontMetrics.Wrap(title, width - (2 * Margin), TitleSize, 2, bold: true))
        {
            canvas.Text(new(Margin, y + TitleSize), line, TitleSize, style: "bold");
            y += TitleSize * 1.4;
        }

        foreach (var line in FontMetrics.Wrap(caption, width - (2 * Margin), CaptionSize, 4))
        {
            canvas.Text(new(Margin, y + CaptionSize), line, CaptionSize, style: "soft");
            y += CaptionSize * 1.4;
        }

        return y + 6;
    }

    /// <summary>Draws ever more coarsely until the picture is small enough; the first try is finer than the eye.</summary>
    /// <param name="draw">The picture for a tolerance in its units.</param>
    public static string Fit(Func<double, string> draw)
    {
        for (var tolerance = Finest; ; )
        {
            var svg = draw(tolerance);
            var excess = (double)Encoding.UTF8.GetByteCount(svg) / MostBytes;
            if (excess <= 1 || tolerance > 64)
            {
                return svg;
            }

            tolerance *= Math.Clamp(excess, 1.5, 12);
        }
    }

    /// <summary>A panel's title, in at most two lines that end above a height.</summary>
    public static void PanelTitle(Canvas canvas, ImmutableArray<string> lines, double left, double bottom)
    {
        for (var i = 0; i < lines.Length; i++)
        {
            canvas.Text(new(left, bottom - 6 - ((lines.Length - 1 - i) * PanelTitleSize * 1.3)), lines[i], PanelTitleSize, style: "bold");
        }
    }

    /// <summary>A panel's title as it fits above a plot.</summary>
    public static ImmutableArray<string> PanelLines(string title, double width) => FontMetrics.Wrap(title, width, PanelTitleSize, 2, bold: true);

    /// <summary>Height of a panel's title.</summary>
    public static double PanelHeight(int lines) => lines == 0 ? 8 : 8 + (lines * PanelTitleSize * 1.3);

    private const double PanelTitleSize = 12.5;
}
