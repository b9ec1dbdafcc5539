using System.Text;
using RobustnessGate.Diagnostics;

namespace RobustnessGate.Reports;

/// <summary>
/// Makes text from elsewhere (names of files, attacks and classes, messages) inert in GitHub-flavoured markdown: it
/// cannot become markup, a link, an image, a mention or a reference, leave its table cell, or hide what follows.
/// </summary>
internal static class MarkdownText
{
    /// <summary>Markup wherever it stands. Brackets being inert, parentheses and exclamation marks are.</summary>
    private const string Special = @"\|`*_{}[]#~@$^";

    /// <summary>GitHub links mentions, issues and bare addresses in the rendered text, so a backslash does not stop it; this does.</summary>
    private const char Break = '\u200B';

    public static string Escape(string text, int limit = 80)
    {
        var clean = PlainText.Shorten(PlainText.Clean(text), limit);
        var result = new StringBuilder();
        for (var i = 0; i < clean.Length; i++)
        {
            var c = clean[i];
            result.Append(c switch
            {
                '<' => "&lt;",
                '>' => "&gt;",
                '&' => "&amp;",
                _ when Special.Contains(c) || IsMarkupHere(clean, i) => $"\\{c}",
                _ => c.ToString(),
            });
            if (IsLinkStart(clean, i))
            {
                result.Append(Break);
            }
        }

        return result.ToString();
    }

    /// <summary>Characters that are markup in some places alone: at the start of a line, doubled, or as <c>:emoji:</c>.</summary>
    private static bool IsMarkupHere(string text, int i) => text[i] switch
    {
        '+' or '-' => i == 0,
        '=' => i == 0 || text[i - 1] == '=' || (i + 1 < text.Length && text[i + 1] == '='),
        '.' or ')' => i > 0 && text[..i].All(char.IsAsciiDigit) && (i + 1 == text.Length || text[i + 1] == ' '),
        ':' => i + 1 < text.Length && text[i + 1] != ' ',
        _ => false,
    };

    /// <summary>Whether GitHub would make a link of what goes on here: <c>@name</c>, <c>#1</c>, <c>GH-1</c>, <c>http://</c>, <c>www.</c></summary>
    private static bool IsLinkStart(string text, int i) => text[i] switch
    {
        '@' or '#' => true,
        ':' => i + 1 < text.Length && text[i + 1] == '/',
        '-' => EndsWith(text, i, "gh"),
        'w' or 'W' => EndsWith(text, i, "ww") && i + 1 < text.Length && text[i + 1] == '.',
        _ => false,
    };

    private static bool EndsWith(string text, int end, string word) =>
        end >= word.Length && text.AsSpan(end - word.Length, word.Length).Equals(word, StringComparison.OrdinalIgnoreCase);

    /// <summary>Text as inline code: nothing in it is interpreted. Its fence is longer than any run of backticks inside.</summary>
    public static string Code(string text, int limit = 120)
    {
        var clean = PlainText.Shorten(PlainText.Clean(text), limit).Replace('|', '¦');
        var longest = 0;
        for (int i = 0, run = 0; i < clean.Length; i++)
        {
            run = clean[i] == '`' ? run + 1 : 0;
            longest = Math.Max(longest, run);
        }

        var fence = new string('`', longest + 1);
        var pad = longest > 0 ? " " : "";
        return clean.Length == 0 ? "–" : $"{fence}{pad}{clean}{pad}{fence}";
    }
}
