using RobustnessGate.Cli.Verbs;
using RobustnessGate.Diagnostics;
using RobustnessGate.Policies;
using RobustnessGate.Tests.Cli;

namespace RobustnessGate.ProcessTests;

public class ExplainVerbTests
{
    [Fact]
    public void Every_diagnostic_is_explained_in_sentences() => Assert.All(DiagnosticCatalog.Titles, pair =>
    {
        var text = ExplainVerb.Explain(pair.Key);
        Assert.StartsWith($"{pair.Key}: {pair.Value}\n\n", text, StringComparison.Ordinal);
        Assert.True(text.Length > pair.Value.Length + 60, pair.Key);
        Assert.DoesNotContain("\n## ", text, StringComparison.Ordinal);
    });

    [Theory]
    [InlineData("rg1001")]
    [InlineData("1001")]
    [InlineData(" RG1001 ")]
    public void A_code_may_be_typed_carelessly(string code) =>
        Assert.StartsWith("RG1001: ", ExplainVerb.Explain(code), StringComparison.Ordinal);

    [Fact]
    public void The_tool_carries_its_explanations()
    {
        var run = Tool.RunIn(Path.GetTempPath(), "explain", "RG0112");

        Assert.Equal(0, run.ExitCode);
        Assert.StartsWith("RG0112: an attack without a usable radius\n\n`epsilon` is missing", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void An_unknown_code_is_5_with_the_nearest_ones()
    {
        var run = Tool.Run("explain", "RG0199");

        Assert.Equal(5, run.ExitCode);
        Assert.Contains("RG0016: there is no diagnostic 'RG0199'. The nearest are RG01", run.Error, StringComparison.Ordinal);
        Assert.Equal(5, Tool.Run("explain", "RGnonsense").ExitCode);
    }

    [Fact]
    public void The_schema_is_that_of_the_library() => Assert.Equal(PolicySchema.Render(), Tool.Run("schema").Output);
}
