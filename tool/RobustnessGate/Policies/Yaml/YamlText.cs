using System.Text;
using RobustnessGate.Policies.Binding;

namespace RobustnessGate.Policies.Yaml;

/// <summary>From the bytes of a policy to its text: UTF-8 of bounded length without control characters.</summary>
internal static class YamlText
{
    /// <summary>Bytes that a policy may have.</summary>
    public const int Longest = 256 * 1024;

    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>The text without byte order mark; null after a refusal.</summary>
    public static string? Decode(ReadOnlySpan<byte> bytes, Reading reading)
    {
        if (bytes.Length > Longest)
        {
            return Refuse(reading, 1, 1, $"The file is larger than {Longest / 1024} KB, which no policy needs. Is this the right file?");
        }

        if (bytes.StartsWith("\uFEFF"u8))
        {
            bytes = bytes[3..];
        }

        if (bytes is [0xFF, 0xFE, ..] or [0xFE, 0xFF, ..] or [0, ..] or [_, 0, ..])
        {
            return Refuse(reading, 1, 1, "The file is UTF-16 or binary. A policy is UTF-8 text: save it with that encoding.");
        }

        string text;
        try
        {
            text = Strict.GetString(bytes);
        }
        catch (DecoderFallbackException at)
        {
            var (line, column) = Place(Encoding.Latin1.GetString(bytes[..Math.Clamp(at.Index, 0, bytes.Length)]));
            return Refuse(reading, line, column, "This byte is not UTF-8. Save the file with that encoding.");
        }

        for (var i = 0; i < text.Length; i++)
        {
            if (char.IsControl(text[i]) && text[i] is not ('\t' or '\n' or '\r' or '\u0085'))
            {
                var (line, column) = Place(text[..i]);
                return Refuse(reading, line, column, $"The control character \\u{(int)text[i]:X4} has no place in a policy. Remove it.");
            }
        }

        return text;
    }

    private static string? Refuse(Reading reading, int line, int column, string message)
    {
        reading.Refuse(Codes.NotYaml, line, column, message);
        return null;
    }

    private static (int Line, int Column) Place(string before) =>
        (before.Count(c => c == '\n') + 1, before.Length - before.LastIndexOf('\n'));
}
