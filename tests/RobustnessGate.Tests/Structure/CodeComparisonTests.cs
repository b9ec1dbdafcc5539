using System.Text.RegularExpressions;

namespace RobustnessGate.Tests.Structure;

/// <summary>Codes are for people: what happens next is decided by typed values.</summary>
public partial class CodeComparisonTests
{
    /// <summary>Files that still decide by a code. No file may be added.</summary>
    private static readonly string[] Allowed =
    [
        "Evaluation/ModelPreflight.cs", "Hosting/ChildProcessHost.cs",
    ];

    [Fact]
    public void Nothing_is_decided_by_the_text_of_a_code()
    {
        var library = Path.Combine(TestData.Root, "tool", "RobustnessGate");
        var found = Directory.EnumerateFiles(library, "*.cs", SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(library, file).Replace('\\', '/'))
            .Where(file => !file.StartsWith("obj/", StringComparison.Ordinal) && !file.StartsWith("bin/", StringComparison.Ordinal))
            .Where(file => Comparison().IsMatch(File.ReadAllText(Path.Combine(library, file))));

        Assert.Empty(found.Except(Allowed));
    }

    [Theory]
    [InlineData("finding.Code == \"RG0100\"", true)]
    [InlineData("rule.Code is \"RG1001\" or \"RG1006\"", true)]
    [InlineData("remedy.Code != \"RG0427\"", true)]
    [InlineData("First(results).StartsWith(\"RG05\")", true)]
    [InlineData("finding.Code.StartsWith(\"RG05\")", true)]
    [InlineData("code switch { \"RG0100\" => 1 }", true)]
    [InlineData("new Finding(\"RG0100\", Severity.Error)", false)]
    [InlineData("first.Code == second.Code", false)]
    public void A_comparison_is_seen(string text, bool seen) => Assert.Equal(seen, Comparison().IsMatch(text));

    [GeneratedRegex("""(?:==|!=|\bis(?: not)?|\bor|\bcase|StartsWith\(|Equals\()\s*"RG\d|"RG\d+"\s*(?:==|!=|=>|or\b)""")]
    private static partial Regex Comparison();
}
