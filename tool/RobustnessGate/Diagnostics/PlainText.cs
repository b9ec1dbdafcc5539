using System.Globalization;

namespace RobustnessGate.Diagnostics;

/// <summary>Text from elsewhere as one visible line: what every escaping starts from.</summary>
internal static class PlainText
{
    /// <summary>White space becomes spaces; control characters, and those that reorder or hide text, go.</summary>
    public static string Clean(string text) =>
        new([.. text.Select(c => char.IsWhiteSpace(c) ? ' ' : c).Where(IsVisible)]);

    /// <summary>At most this many characters, the last of them an ellipsis where something was cut.</summary>
    public static string Shorten(string text, int limit)
    {
        if (text.Length <= limit)
        {
            return text;
        }

        var cut = char.IsHighSurrogate(text[limit - 2]) ? limit - 2 : limit - 1;
        return text[..cut] + "…";
    }

    private static bool IsVisible(char c) => char.GetUnicodeCategory(c) is not (
        UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator);
}
