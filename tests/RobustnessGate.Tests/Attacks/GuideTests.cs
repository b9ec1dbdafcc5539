namespace RobustnessGate.Tests.Attacks;

/// <summary>The guide shows what is compiled and tested here.</summary>
public class GuideTests
{
    [Fact]
    public void TheGuidesAttackIsTheOneThatTestsRun()
    {
        var guide = File.ReadAllText(Path.Combine(TestData.Root, "docs", "adding-an-attack.md")).ReplaceLineEndings("\n");
        var code = guide.Split("```csharp\n")[1].Split("```")[0];
        var file = File.ReadAllText(Path.Combine(TestData.Root, "tests", "RobustnessGate.Tests", "Attacks", "NiFgsm.cs"));
        Assert.Equal(file.ReplaceLineEndings("\n"), code);
    }
}
