using System.Collections.Immutable;
using System.Text.Json.Serialization;
using RobustnessGate.Results;

namespace RobustnessGate.Gating;

/// <summary>What the policy as a whole says of the model: its worst rule.</summary>
public enum Verdict { Passed, Inconclusive, Failed }

/// <summary>What one rule says, from best to worst.</summary>
public enum RuleOutcome { Passed, Warned, Inconclusive, Failed }

/// <summary>The limits of a rule, as the policy sets them.</summary>
public sealed record RuleLimits(double? Min, double? Max, double? MaxDrop, double? MaxDropRatio, double? MaxRiseRatio,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] double? Confidence = null);

/// <summary>One rule with every number that its outcome rests on. Numbers that the rule does not need are null.</summary>
/// <param name="Path">Key path of the rule in the policy, e.g. <c>gate.rules[0]</c>.</param>
/// <param name="Subject">What is measured, in words: "worst case at ε=0.1 (linf)".</param>
/// <param name="Code">Of the finding that the rule led to; null where it passed.</param>
/// <param name="Count">Samples that are right; of accuracies only.</param>
/// <param name="Total">Samples that were judged.</param>
/// <param name="Value">The accuracy, or the statistic of the indicator over the samples compared.</param>
/// <param name="Interval">Wilson 95 % interval of an accuracy.</param>
/// <param name="NewlyBroken">Samples right in the baseline and wrong now.</param>
/// <param name="NewlyFixed">Samples wrong in the baseline and right now.</param>
/// <param name="Drop">Fall against the baseline: of an accuracy as a fraction, of an indicator relative to the baseline; negative for a rise.</param>
/// <param name="DropInterval">95 % interval of the drop.</param>
/// <param name="P">One-sided p-value of a fall (or of the rise that the rule limits).</param>
/// <param name="AdjustedP">After Holm over all paired rules of the policy; this one is compared with alpha.</param>
public sealed record RuleResult(
    string Path, string Metric, string Subject, RuleLimits Limits, RuleOutcome Outcome, string? Code,
    int? Count, int? Total, double? Value, Interval? Interval,
    int? BaselineCount, double? BaselineValue, int? NewlyBroken, int? NewlyFixed,
    double? Drop, Interval? DropInterval, double? P, double? AdjustedP);

/// <summary>The decision: a pure function of policy, evaluation and baseline.</summary>
/// <param name="Findings">What the gate found, in the order of the rules; findings of the evaluation are not repeated.</param>
/// <param name="Baseline">What was compared with, in the order of the evaluation's samples; null where nothing could be.</param>
public sealed record GateResult(
    Verdict Verdict, ExitCode ExitCode, ImmutableArray<RuleResult> Rules, ImmutableArray<Finding> Findings,
    PairedBaseline? Baseline);
