using RobustnessGate.Gating;
using static RobustnessGate.Tests.Scene;

namespace RobustnessGate.Tests;

public class ConfidenceTests
{
    // One-sided 95 % lower bounds of 520 and 540 of 1000: 0.4935 and 0.5135.
    [Theory]
    [InlineData(520, null, RuleOutcome.Passed)]
    [InlineData(520, 0.95, RuleOutcome.Failed)]
    [InlineData(540, 0.95, RuleOutcome.Passed)]
    [InlineData(540, 0.999, RuleOutcome.Failed)]
    internal void A_floor_with_confidence_compares_the_lower_bound(int robust, double? confidence, RuleOutcome outcome)
    {
        var policy = Policy(Robust(0.3, min: 0.5) with { Confidence = confidence });
        var all = Bits(1000, 1000);

        var result = Gate.Decide(policy, Measured(all, all, Bits(robust, 1000)), null);

        Assert.Equal(outcome, Assert.Single(result.Rules).Outcome);
        if (outcome == RuleOutcome.Failed)
        {
            var finding = Assert.Single(result.Findings);
            Assert.Equal("RG1002", finding.Code);
            Assert.Contains("confidence", finding.Message, StringComparison.Ordinal);
        }
    }
}
