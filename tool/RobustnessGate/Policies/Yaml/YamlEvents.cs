using RobustnessGate.Policies.Binding;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace RobustnessGate.Policies.Yaml;

/// <summary>The syntax of a policy's text: events of YamlDotNet, of bounded depth.</summary>
internal static class YamlEvents
{
    private const int Deepest = 32;

    /// <summary>All events of the text; null after a refusal.</summary>
    public static IReadOnlyList<ParsingEvent>? Scan(string text, Reading reading)
    {
        var events = new List<ParsingEvent>();
        var parser = new Parser(new StringReader(text));
        var depth = 0;
        while (true)
        {
            try
            {
                if (!parser.MoveNext())
                {
                    return events;
                }
            }
            catch (Exception error) when (error is not OutOfMemoryException)
            {
                // Beside YamlException, the parser answers malformed texts with ArgumentException,
                // InvalidOperationException and others, without a place. Whatever it is, the text is at fault.
                RefuseSyntax(text, reading, error, events);
                return null;
            }

            events.Add(parser.Current!);
            depth += parser.Current!.NestingIncrease;
            if (depth > Deepest)
            {
                var at = parser.Current.Start;
                reading.Refuse(
                    Codes.NotYaml, (int)at.Line, (int)at.Column,
                    $"More than {Deepest} brackets or indentations inside each other, which no policy needs. Is this a policy file?");
                return null;
            }
        }
    }

    private static void RefuseSyntax(string text, Reading reading, Exception error, List<ParsingEvent> before)
    {
        if (IndentingTab(text) is { } tab)
        {
            reading.Refuse(Codes.NotYaml, tab.Line, tab.Column, "A tab indents this line, which YAML does not allow. Use spaces.");
            return;
        }

        var at = error is YamlException { Start: var start } ? start : before.Count > 0 ? before[^1].End : Mark.Empty;
        var reason = error is YamlException ? $": {error.Message.TrimEnd('.')}" : "";
        reading.Refuse(
            Codes.NotYaml, (int)at.Line, (int)at.Column,
            $"This is not valid YAML{reason}. Look for a missing bracket, quote or indentation nearby.");
    }

    private static (int Line, int Column)? IndentingTab(string text)
    {
        var lines = text.Split('\n');
        for (var i = 0; i < lines.Length; i++)
        {
            var spaces = lines[i].Length - lines[i].TrimStart(' ').Length;
            if (spaces < lines[i].Length && lines[i][spaces] == '\t')
            {
                return (i + 1, spaces + 1);
            }
        }

        return null;
    }
}
