using System.Text.RegularExpressions;
using RobustnessGate.Cli.Parsing;

namespace RobustnessGate.Tests.Cli;

public partial class DocumentedVerbsTests
{
    private static readonly Lazy<HashSet<string>> Verbs = new(() => [.. CommandLine.Build().Subcommands.Select(verb => verb.Name)]);

    /// <summary>Verbs that are planned; in backticks alone they would promise something that is not there.</summary>
    [GeneratedRegex(@"robustness-gate (?:-- )?([a-z][a-z-]*)|`(init|schema|explain|doctor|plan|inspect|surface|merge|comment|harden)`")]
    private static partial Regex Mention();

    [Fact]
    public void Every_verb_that_documents_and_messages_name_exists()
    {
        var mentions = Files().SelectMany(file => Mention().Matches(File.ReadAllText(file))
            .Select(match => (File: file, Verb: match.Groups[1].Value + match.Groups[2].Value))).ToArray();

        Assert.Contains(mentions, mention => mention.Verb == "check");
        Assert.DoesNotContain(mentions, mention => !Verbs.Value.Contains(mention.Verb));
    }

    [Fact]
    public void The_search_finds_a_verb_that_does_not_exist()
    {
        Assert.Equal("explain", Mention().Match("`dotnet robustness-gate explain CODE`").Groups[1].Value);
        Assert.Equal("init", Mention().Match("written by `init`").Groups[2].Value);
    }

    private static IEnumerable<string> Files() =>
    [
        Path.Combine(TestData.Root, "README.md"),
        Path.Combine(TestData.Root, "CHANGELOG.md"),
        .. Directory.EnumerateFiles(Path.Combine(TestData.Root, "docs"), "*.md", SearchOption.AllDirectories),
        .. Directory.EnumerateFiles(Path.Combine(TestData.Root, "tool"), "*.cs", SearchOption.AllDirectories)
            .Where(file => !file.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal)),
    ];
}
