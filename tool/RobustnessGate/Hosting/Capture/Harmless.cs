using System.Globalization;
using System.Text;
using RobustnessGate.Diagnostics;

namespace RobustnessGate.Hosting.Capture;

/// <summary>Text of strangers, made fit to be shown: one line that does nothing to a terminal and means nothing to a build.</summary>
internal static class Harmless
{
    /// <summary>No line is longer.</summary>
    public const int MostCharacters = 500;

    /// <summary>
    /// Control characters, and those that hide or reorder text, as visible escapes; other white space as spaces. Two number
    /// signs are parted, because build services take commands such as <c>##vso[…]</c> from anywhere in a line.
    /// </summary>
    public static string Line(ReadOnlySpan<char> text)
    {
        var line = new StringBuilder(text.Length);
        foreach (var character in text)
        {
            if (character == '#' && line.Length > 0 && line[^1] == '#')
            {
                line.Append(' ');
            }

            _ = IsVisible(character) ? line.Append(character)
                : character == '\t' || char.GetUnicodeCategory(character) == UnicodeCategory.SpaceSeparator ? line.Append(' ')
                : character < 0x100 ? line.Append(CultureInfo.InvariantCulture, $"\\x{(int)character:x2}")
                : line.Append(CultureInfo.InvariantCulture, $"\\u{(int)character:x4}");
        }

        return PlainText.Shorten(line.ToString(), MostCharacters);
    }

    /// <summary>
    /// A line for the terminal of a build. Every form in which builds, editors and workflows take diagnostics and commands
    /// from a log has a colon (<c>file(1,1): error X1:</c>, <c>::error::</c>) or is parted already: the colons become ratio signs.
    /// </summary>
    public static string Quoted(string line) => line.Replace(':', '∶');

    private static bool IsVisible(char character) => character == ' ' || char.GetUnicodeCategory(character) is not (
        UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.SpaceSeparator
        or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator);
}
