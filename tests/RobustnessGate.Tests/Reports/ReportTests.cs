using RobustnessGate.Facts;
using RobustnessGate.Policies;
using RobustnessGate.Reports;
using RobustnessGate.Results;
using static RobustnessGate.Tests.Scene;

namespace RobustnessGate.Tests;

public class ReportTests
{
    private static readonly Policy Rules = Policy(
        Natural(maxDrop: 0.005, min: 0.97), Worst(0.1, maxDrop: 0.01), Robust(0.3, min: 0.3),
        Rule("linear-radius", maxDropRatio: 0.1, severity: RuleSeverity.Warning));

    private static readonly BitString Right = Bits(989, 1000);

    private static readonly EvaluationFacts Before = Measured(
        Right, Bits(812, 1000), Bits(412, 1000), Indicator(Bits(5, 5), 0.11, 0.12, 0.131, 0.2, 0.3));

    private static string Markdown(ResultsDocument results) => CheckReport.Markdown(results, []);

    private static ResultsDocument Example(int broken, int @fixed) => Judged(Rules, Measured(
        Change(Right, 0, 1), Change(Bits(812, 1000), broken, @fixed), Bits(400, 1000),
        Indicator(Bits(5, 5), 0.11, 0.1, 0.112, 0.15, 0.3), "d"), Pin(Rules, Before));

    [Fact]
    public Task A_regression_is_said_in_the_first_line() => Verify(Markdown(Example(54, 11)), "md");

    [Fact]
    public Task An_unchanged_model_is_one_line() => Verify(Markdown(Judged(Rules, Before, Pin(Rules, Before))), "md");

    [Fact]
    public Task Too_few_samples_are_inconclusive() => Verify(Markdown(Example(60, 45)), "md");

    [Fact]
    public Task Without_a_baseline_nothing_is_compared() => Verify(Markdown(Judged(Rules, Before, null)), "md");

    [Fact]
    public Task An_evaluation_that_died_is_reported_as_far_as_it_came() => Verify(Markdown(
        Judged(Rules, Before with { Completed = false, Attacks = [Before.Attacks[0]], Indicator = null, Run = null }, Pin(Rules, Before))), "md");

    [Fact]
    public Task The_terminal_says_the_verdict_last() => Verify(TerminalSummary.Render(Example(54, 11)));
}
