namespace RobustnessGate.Tests.Attacks;

/// <summary>The guide shows what is compiled and tested here.</summary>
public class GuideTests
{
    [Fact]
    public void The_guides_attack_is_the_one_that_tests_run()
    {
        var guide = File.ReadAllText(Path.Combine(TestData.Root, "docs", "adding-an-attack.md")).ReplaceLineEndings("\n");
        var code = guide.Split("```csharp\n")[1].Split("```")[0];
        var file = File.ReadAllText(Path.Combine(TestData.Root, "tests", "RobustnessGate.Tests", "Attacks", "NiFgsm.cs"));
        Assert.Equal(file.ReplaceLineEndings("\n"), code);
    }
    [Fact]
    public void Its_halving_is_the_one_that_tests_run()
    {
        static string Flat(string text) => string.Join('\n', text.Split('\n').Select(line => line.Trim()));
        var guide = File.ReadAllText(Path.Combine(TestData.Root, "docs", "adding-an-attack.md")).ReplaceLineEndings("\n");
        var file = File.ReadAllText(Path.Combine(TestData.Root, "tests", "RobustnessGate.Tests", "Attacks", "LabelOnlyTests.cs"));
        Assert.Contains(Flat(guide.Split("```csharp\n")[2].Split("```")[0]), Flat(file.ReplaceLineEndings("\n")), StringComparison.Ordinal);
    }
}
