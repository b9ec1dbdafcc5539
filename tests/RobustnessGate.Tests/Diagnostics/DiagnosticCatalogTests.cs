using System.Text.RegularExpressions;
using RobustnessGate.Diagnostics;

namespace RobustnessGate.Tests.Diagnostics;

public partial class DiagnosticCatalogTests
{
    [Fact]
    public void Every_diagnostic_has_a_heading_and_every_heading_a_diagnostic()
    {
        var documented = File.ReadLines(Path.Combine(TestData.Root, "docs", "diagnostics.md"))
            .Where(line => line.StartsWith("## RG", StringComparison.Ordinal)).Select(line => line[3..]).ToArray();

        Assert.Equal(DiagnosticCatalog.Titles.Select(pair => $"{pair.Key} {pair.Value}"), documented);
    }

    [Fact]
    public void Every_code_in_the_sources_is_a_diagnostic_and_every_diagnostic_is_used()
    {
        var used = Sources("tool", "*.cs").Concat(Sources("tasks", "*.cs")).Concat(Sources("msbuild", "*.targets"))
            .Where(file => Path.GetFileName(file) != "DiagnosticCatalog.cs")
            .SelectMany(file => CodeLiteral().Matches(File.ReadAllText(file)).Select(match => match.Groups[1].Value))
            .ToHashSet(StringComparer.Ordinal);

        Assert.Equal(DiagnosticCatalog.Titles.Keys, used.Order(StringComparer.Ordinal));
    }

    private static IEnumerable<string> Sources(string folder, string pattern) =>
        Directory.EnumerateFiles(Path.Combine(TestData.Root, folder), pattern, SearchOption.AllDirectories)
            .Where(file => !file.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal));

    [GeneratedRegex("\"(RG[0-9]{4})\"")]
    private static partial Regex CodeLiteral();
}
