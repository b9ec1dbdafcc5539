namespace RobustnessGate.Tests;

public class GateKeysTests
{
    [Fact]
    public void Erosion_is_watched_against_a_release_and_bootstrap_is_off_by_default()
    {
        var gate = PolicyText.Read(PolicyText.With(19, "  baseline: base.json\n  release: release.json\n  max-total-drop: 0.02")).Gate;
        Assert.Equal((0.02, false), (gate.MaxTotalDrop!.Value, gate.Bootstrap));
        Assert.EndsWith("release.json", gate.Release, StringComparison.Ordinal);
        Assert.True(PolicyText.Read(PolicyText.With(19, "  baseline: base.json\n  bootstrap: true")).Gate.Bootstrap);
    }

    [Theory]
    [InlineData("  baseline: b\n  release: r.json", "RG0117")]
    [InlineData("  baseline: b\n  max-total-drop: 0.02", "RG0117")]
    [InlineData("  baseline: b\n  release: r.json\n  max-total-drop: -0.1", "RG0110")]
    [InlineData("  baseline: b\n  release: r.json\n  max-total-drop:", "RG0108")]
    [InlineData("  baseline: b\n  bootstrap: yes", "RG0109")]
    [InlineData("  baseline: b\n  bootstrap:", "RG0108")]
    public void Half_of_a_watch_is_a_mistake(string text, string code) =>
        Assert.Contains(code, PolicyText.Mistakes(PolicyText.With(19, text)).Select(finding => finding.Code));

    [Fact]
    public void A_watch_without_a_rule_that_compares_is_a_mistake() => Assert.Contains(
        "RG0119", PolicyText.Mistakes(PolicyText.With(26, "      min: 0.1").Replace(
            "  baseline: base.json", "  release: r.json\n  max-total-drop: 0.02", StringComparison.Ordinal)).Select(finding => finding.Code));
}
