using System.Collections.Immutable;
using System.Text;
using RobustnessGate.Diagnostics;
using RobustnessGate.Integrity;

namespace RobustnessGate.Tests.Integrity;

public class OverridesFileTests
{
    private const string Good = """
        overrides:
          - change: gate.rules.worst-case-accuracy-linf-0.3.max-drop
            to: "0.05"
            reason: the new backbone trades 3 points for half the latency
            date: 2026-11-01
            expires: 2026-12-31
        """;

    private static ImmutableArray<Override> Read(string text) => OverridesFile.Read(Encoding.UTF8.GetBytes(text), "robustness.overrides.yml");

    [Fact]
    public void An_entry_has_a_field_a_value_a_reason_and_a_time()
    {
        var entry = Assert.Single(Read(Good));
        Assert.Equal(("gate.rules.worst-case-accuracy-linf-0.3.max-drop", "0.05"), (entry.Change, entry.To));
        Assert.Equal("the new backbone trades 3 points for half the latency", entry.Reason);
        Assert.Equal(("robustness.overrides.yml", 2), (entry.Where.File, entry.Where.Line));
        Assert.True(entry.IsValidOn(new(2026, 11, 1)) && entry.IsValidOn(new(2026, 12, 31)));
        Assert.False(entry.IsValidOn(new(2026, 10, 31)) || entry.IsValidOn(new(2027, 1, 1)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("~")]
    [InlineData("[]")]
    [InlineData("overrides:")]
    [InlineData("overrides: {}")]
    [InlineData("overrides: [x]")]
    [InlineData("allow: []")]
    [InlineData("overrides:\n  - { change: seed, to: '7', reason: x, date: 2026-11-01 }")]
    [InlineData("overrides:\n  - { change: seed, to: '7', reason: '', date: 2026-11-01, expires: 2026-12-01 }")]
    [InlineData("overrides:\n  - { change: seed, to: '7', reason: ' ', date: 2026-11-01, expires: 2026-12-01 }")]
    [InlineData("overrides:\n  - { change: seed, to: '7', reason: x, date: 2026-11-31, expires: 2026-12-01 }")]
    [InlineData("overrides:\n  - { change: seed, to: '7', reason: x, date: tomorrow, expires: 2026-12-01 }")]
    [InlineData("overrides:\n  - { change: seed, to: '7', reason: x, date: 2026-11-01, expires: 2026-10-01 }")]
    [InlineData("overrides:\n  - { change: seed, to: '7', reason: x, date: 2026-11-01, expires: 2099-01-01 }")]
    [InlineData("overrides:\n  - { change: seed, to: '7', reason: x, date: 2026-11-01, expires: 2026-12-01, extra: 1 }")]
    [InlineData("overrides:\n  - { change: seed, change: gate.alpha, to: '7', reason: x, date: 2026-11-01, expires: 2026-12-01 }")]
    public void Anything_else_is_a_mistake_in_the_file(string text)
    {
        var mistake = Assert.Throws<MistakeException>(() => Read(text));
        Assert.Equal(ExitCode.InvalidInput, mistake.ExitCode);
        Assert.NotEmpty(mistake.Findings);
        Assert.All(mistake.Findings, finding => Assert.Equal("robustness.overrides.yml", finding.Where!.File));
    }
}
