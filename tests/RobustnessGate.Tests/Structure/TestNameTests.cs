using System.Text.RegularExpressions;

namespace RobustnessGate.Tests.Structure;

/// <summary>Tests are named by sentences, with underscores between the words: a failing one then says what is no longer true.</summary>
public partial class TestNameTests
{
    /// <summary>Names of products and of things that are written so everywhere.</summary>
    private static readonly string[] Names = ["LibTorch", "TorchSharp", "TorchScript", "AutoAttack", "GitHub", "GitLab", "DeepFool", "JUnit", "McNemar", "NaN"];

    [Fact]
    public void A_test_is_a_sentence()
    {
        var tests = Path.Combine(TestData.Root, "tests");
        var odd = Directory.EnumerateFiles(tests, "*.cs", SearchOption.AllDirectories)
            .Where(file => !Path.GetRelativePath(tests, file).Split(Path.DirectorySeparatorChar).Any(part => part is "obj" or "bin"))
            .SelectMany(file => Method().Matches(File.ReadAllText(file)).Select(match => match.Groups[1].Value))
            .Where(name => !IsSentence(name)).ToArray();

        Assert.Empty(odd);
    }

    [Theory]
    [InlineData("A_missing_file_is_refused", true)]
    [InlineData("TorchScript_is_written_back_as_TorchScript", true)]
    [InlineData("Findings_name_RG1001", true)]
    [InlineData("AMissingFileIsRefused", false)]
    [InlineData("Run_WithoutFile_Throws", false)]
    public void Words_run_together_are_seen(string name, bool sentence) => Assert.Equal(sentence, IsSentence(name));

    private static bool IsSentence(string name) =>
        !name.Split('_').Skip(1).Any(word => word.Length > 1 && char.IsUpper(word[0]) && char.IsLower(word[1]) && !Names.Any(known => word.StartsWith(known, StringComparison.Ordinal)))
        && !RunTogether().IsMatch(Names.Aggregate(name, (rest, known) => rest.Replace(known, "x", StringComparison.Ordinal)));

    [GeneratedRegex(@"\[(?:\w*Fact|\w*Theory)\b[^\n]*\n(?:\s*(?:\[|//)[^\n]*\n|\s+[^\n]*\)\]\n)*\s*(?:public|internal) (?:static )?(?:async )?(?:void|Task) (\w+)\(")]
    private static partial Regex Method();

    [GeneratedRegex("[a-z][A-Z]")]
    private static partial Regex RunTogether();
}
