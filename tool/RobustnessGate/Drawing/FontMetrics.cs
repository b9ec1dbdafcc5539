using System.Collections.Immutable;
using System.Globalization;
using System.Text;

namespace RobustnessGate.Drawing;

/// <summary>
/// How wide text gets at most, without a font at hand. The widths are those of DejaVu Sans, the widest face that the
/// style's font stack names, so that text laid out by them fits with every other one.
/// </summary>
internal static class FontMetrics
{
    /// <summary>Height above and depth below the baseline, in ems.</summary>
    public const double Ascent = 0.78, Descent = 0.24;

    /// <summary>How much wider bold text is.</summary>
    private const double Bold = 1.18;

    /// <summary>Thousandths of an em of U+0020 … U+007E.</summary>
    private static readonly ImmutableArray<short> Printable =
    [
        318, 401, 460, 838, 637, 951, 780, 275, 391, 391, 500, 838, 318, 361, 318, 337, 637, 637, 637, 637,
        637, 637, 637, 637, 637, 637, 337, 337, 838, 838, 838, 531, 1000, 685, 687, 699, 771, 632, 576, 775,
        752, 295, 295, 656, 558, 863, 749, 788, 604, 788, 695, 635, 611, 732, 685, 989, 686, 611, 686, 391,
        337, 391, 838, 500, 500, 613, 635, 550, 635, 616, 353, 635, 634, 278, 278, 580, 278, 975, 634, 612,
        635, 635, 412, 521, 393, 634, 592, 818, 592, 592, 525, 637, 337, 637, 838,
    ];

    /// <summary>Width of a line of text at a font size, in the size's unit.</summary>
    public static double Width(string text, double size, bool bold = false)
    {
        var thousandths = text.EnumerateRunes().Sum(Advance);
        return thousandths * size * (bold ? Bold : 1) / 1000;
    }

    /// <summary>Lines no wider than asked, broken at spaces; what does not fit into them ends in an ellipsis.</summary>
    public static ImmutableArray<string> Wrap(string text, double width, double size, int lines, bool bold = false)
    {
        var wrapped = ImmutableArray.CreateBuilder<string>();
        var rest = string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        while (rest.Length > 0 && wrapped.Count < lines)
        {
            var last = wrapped.Count == lines - 1;
            var end = last || Width(rest, size, bold) <= width ? rest.Length : BreakBefore(rest, width, size, bold);
            wrapped.Add(Shorten(rest[..end].TrimEnd(), width, size, bold));
            rest = rest[end..].TrimStart();
        }

        return wrapped.ToImmutable();
    }

    /// <summary>The text, or as much of its start as fits with an ellipsis.</summary>
    public static string Shorten(string text, double width, double size, bool bold = false)
    {
        if (Width(text, size, bold) <= width)
        {
            return text;
        }

        var room = width - Width("…", size, bold);
        if (room < 0)
        {
            return "";
        }

        var kept = 0;
        for (var next = 0; next < text.Length && room >= 0; kept = room >= 0 ? next : kept)
        {
            var length = StringInfo.GetNextTextElementLength(text, next);
            room -= Width(text.Substring(next, length), size, bold);
            next += length;
        }

        return text[..kept].TrimEnd() + "…";
    }

    /// <summary>Where the last word that fits ends; a word wider than the line is cut by <see cref="Shorten"/>.</summary>
    private static int BreakBefore(string text, double width, double size, bool bold)
    {
        var end = 0;
        for (var space = text.IndexOf(' ', StringComparison.Ordinal); space >= 0; space = text.IndexOf(' ', space + 1))
        {
            if (end > 0 && Width(text[..space], size, bold) > width)
            {
                break;
            }

            end = space;
        }

        return end == 0 ? text.Length : end;
    }

    private static int Advance(Rune rune) => rune.Value switch
    {
        >= 0x20 and <= 0x7e => Printable[rune.Value - 0x20],
        < 0x20 => 0,
        0xb7 => 318,
        0x2013 => 500,
        0x2016 => 500,
        0x2026 => 1000,
        >= 0x2080 and <= 0x2089 or 0xb2 or 0xb3 or 0xb9 => 401,
        >= 0x2190 and <= 0x22ff or 0xb1 or 0xd7 => 838,
        >= 0xc0 and < 0x250 => 900,
        >= 0x370 and < 0x400 => 800,
        _ => 1250,
    };
}
