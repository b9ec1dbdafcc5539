using System.CommandLine;
using System.Globalization;
using RobustnessGate.Diagnostics;

namespace RobustnessGate.Cli.Verbs;

/// <summary><c>explain CODE</c>: the section of docs/diagnostics.md about a diagnostic, which the tool carries with it.</summary>
internal static class ExplainVerb
{
    private const string Resource = "diagnostics.md";

    /// <summary>How many near codes an unknown one is answered with.</summary>
    private const int Suggestions = 3;

    public static Command Create()
    {
        var code = new Argument<string>("CODE") { Description = "A diagnostic, for example RG1001." };
        var command = new Command("explain", "Explains a diagnostic, offline.") { code };
        command.SetAction(parsed =>
        {
            Console.Out.Write(Explain(parsed.GetRequiredValue(code)));
            return (int)ExitCode.Passed;
        });
        return command;
    }

    /// <summary>Heading and text of one diagnostic.</summary>
    /// <param name="asked">As typed: case, spaces and a missing "RG" do not matter.</param>
    /// <exception cref="MistakeException">RG0016: there is no such diagnostic.</exception>
    public static string Explain(string asked)
    {
        var text = asked.Trim().ToUpperInvariant();
        var code = text.StartsWith("RG", StringComparison.Ordinal) ? text : "RG" + text;
        if (!DiagnosticCatalog.Titles.ContainsKey(code))
        {
            throw new MistakeException(ExitCode.BadCommandLine, new Finding("RG0016", Severity.Error, null,
                $"there is no diagnostic '{asked}'. {Near(code)}"));
        }

        var section = Sections().First(section => section.StartsWith(code + ' ', StringComparison.Ordinal));
        var end = section.IndexOf('\n', StringComparison.Ordinal);
        return $"{code}: {section[(code.Length + 1)..end]}\n\n{section[end..].Trim()}\n";
    }

    /// <summary>The codes nearest in number, those of the same band first: they share its subject.</summary>
    private static string Near(string code)
    {
        if (!int.TryParse(code[2..], NumberStyles.None, CultureInfo.InvariantCulture, out var number))
        {
            return "A code is RG and four digits, as messages show it: RG1001.";
        }

        var near = DiagnosticCatalog.Titles
            .OrderByDescending(pair => code.StartsWith(pair.Key[..4], StringComparison.Ordinal)).ThenBy(pair => Math.Abs(int.Parse(pair.Key.AsSpan(2), CultureInfo.InvariantCulture) - (long)number))
            .Take(Suggestions).OrderBy(pair => pair.Key, StringComparer.Ordinal);
        return $"The nearest are {string.Join("; ", near.Select(pair => $"{pair.Key} ({pair.Value})"))}.";
    }

    private static string[] Sections()
    {
        using var stream = typeof(ExplainVerb).Assembly.GetManifestResourceStream(Resource)
            ?? throw new InvalidOperationException($"the tool was built without {Resource}");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd().ReplaceLineEndings("\n").Split("\n## ");
    }
}
