using System.Text;

namespace RobustnessGate.Policies.Yaml;

/// <summary>Text of a file as messages may repeat it: short, on one line, without control or direction characters.</summary>
internal static class Quote
{
    private const int Longest = 60;

    public static string Of(string text)
    {
        var quoted = new StringBuilder("'");
        foreach (var rune in text.EnumerateRunes())
        {
            if (quoted.Length > Longest)
            {
                quoted.Append('…');
                break;
            }

            var category = Rune.GetUnicodeCategory(rune);
            var harmless = category is not (System.Globalization.UnicodeCategory.Control
                or System.Globalization.UnicodeCategory.Format
                or System.Globalization.UnicodeCategory.LineSeparator
                or System.Globalization.UnicodeCategory.ParagraphSeparator);
            quoted.Append(harmless ? rune.ToString() : $"\\u{rune.Value:X4}");
        }

        return quoted.Append('\'').ToString();
    }
}
