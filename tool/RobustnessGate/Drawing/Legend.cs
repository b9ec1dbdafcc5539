using System.Collections.Immutable;

namespace RobustnessGate.Drawing;

/// <summary>What a sign of the picture means.</summary>
/// <param name="Sign">Draws it within 26 by 12 units whose upper left corner is given.</param>
internal sealed record LegendEntry(string Text, Action<Canvas, Spot> Sign);

/// <summary>Signs and their meaning, in as many lines as they need.</summary>
internal static class Legend
{
    private const double Size = 11.5, SignWidth = 26, Gap = 18, LineHeight = 19;

    public static double Height(IReadOnlyList<LegendEntry> entries, double width) =>
        entries.Count == 0 ? 0 : Lines(entries, width).Length * LineHeight;

    public static void Draw(Canvas canvas, IReadOnlyList<LegendEntry> entries, double left, double top, double width)
    {
        var y = top;
        foreach (var line in Lines(entries, width))
        {
            var x = left;
            foreach (var (entry, text) in line)
            {
                entry.Sign(canvas, new(x, y + 1));
                canvas.Text(new(x + SignWidth + 6, y + 11), text, Size);
                x += Wide(text);
            }

            y += LineHeight;
        }
    }

    private static ImmutableArray<ImmutableArray<(LegendEntry Entry, string Text)>> Lines(IReadOnlyList<LegendEntry> entries, double width)
    {
        var lines = ImmutableArray.CreateBuilder<ImmutableArray<(LegendEntry, string)>>();
        var line = ImmutableArray.CreateBuilder<(LegendEntry, string)>();
        var used = 0.0;
        foreach (var entry in entries)
        {
            var text = FontMetrics.Shorten(entry.Text, width - SignWidth - 6, Size);
            if (line.Count > 0 && used + Wide(text) - Gap > width)
            {
                lines.Add(line.ToImmutable());
                line.Clear();
                used = 0;
            }

            line.Add((entry, text));
            used += Wide(text);
        }

        return lines.Append(line.ToImmutable()).ToImmutableArray();
    }

    private static double Wide(string text) => SignWidth + 6 + FontMetrics.Width(text, Size) + Gap;
}
