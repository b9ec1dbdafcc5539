namespace RobustnessGate.Tests;

public class SmokeTests
{
    [Fact]
    public void BitsSurviveBase64() =>
        Assert.Equal("1101", Results.BitString.FromBase64(Results.BitString.Parse("1101").ToBase64(), 4).ToString());
}
