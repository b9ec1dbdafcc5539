namespace RobustnessGate.Tests;

public class ConfidenceKeyTests
{
    [Fact]
    public void AFloorMayHaveAConfidence() =>
        Assert.Equal(0.95, PolicyText.Read(PolicyText.With(22, "      min: 0.5\n      confidence: 0.95")).Gate.Rules[0].Confidence);

    [Theory]
    [InlineData("      max: 0.5\n      confidence: 0.95", "RG0119")]
    [InlineData("      min: 0.5\n      confidence: 0.5", "RG0110")]
    [InlineData("      min: 0.5\n      confidence: 1", "RG0110")]
    [InlineData("      min: 0.5\n      confidence: 95", "RG0110")]
    [InlineData("      min: 0.5\n      confidence:", "RG0108")]
    public void AConfidenceWithoutAFloorOrOutOfRangeIsAMistake(string text, string code) =>
        Assert.Contains(code, PolicyText.Mistakes(PolicyText.With(22, text)).Select(finding => finding.Code));
}
