using System.Collections.Immutable;
using RobustnessGate.Diagnostics;
using RobustnessGate.Maths;

namespace RobustnessGate.Gating;

/// <summary>What the policy as a whole says of the model: its worst rule.</summary>
internal enum Verdict { Passed, Inconclusive, Failed }

/// <summary>What one rule says, from best to worst.</summary>
internal enum RuleOutcome { Passed, Warned, Inconclusive, Failed }

/// <summary>The limits of a rule, as the policy sets them.</summary>
internal sealed record RuleLimits(double? Min, double? Max, double? MaxDrop, double? MaxDropRatio, double? MaxRiseRatio, double? Confidence);

/// <summary>One rule with every number that its outcome rests on. Numbers that the rule does not need are null.</summary>
/// <param name="Path">Key path of the rule in the policy, e.g. <c>gate.rules[0]</c>.</param>
/// <param name="Subject">What is measured, in words: "worst case at ε=0.1 (linf)".</param>
/// <param name="Code">Of the finding that the rule led to; null where it passed.</param>
/// <param name="Message">Of the same finding.</param>
/// <param name="Count">Samples that are right; of accuracies only.</param>
/// <param name="Total">Samples that were judged.</param>
/// <param name="Value">The accuracy, or the statistic of the indicator over the samples compared.</param>
/// <param name="Interval">Wilson 95 % interval of an accuracy.</param>
/// <param name="LowerBound">Clopper–Pearson lower bound at the rule's confidence, where it has one.</param>
/// <param name="NewlyBroken">Samples right in the baseline and wrong now.</param>
/// <param name="NewlyFixed">Samples wrong in the baseline and right now.</param>
/// <param name="Drop">Fall against the baseline: of an accuracy as a fraction, of an indicator relative to the baseline; negative for a rise.</param>
/// <param name="DropInterval">95 % interval of the drop: Newcombe's of an accuracy, a bootstrap percentile interval of an indicator.</param>
/// <param name="P">One-sided p-value of a fall (or of the rise that the rule limits): exact McNemar, or paired bootstrap.</param>
/// <param name="AdjustedP">After Holm over all paired rules of the policy; this one is compared with alpha.</param>
internal sealed record RuleResult(
    string Path, string Metric, string Subject, RuleLimits Limits, RuleOutcome Outcome, string? Code, string? Message,
    int? Count, int? Total, double? Value, Interval? Interval, double? LowerBound,
    int? BaselineCount, double? BaselineValue, int? NewlyBroken, int? NewlyFixed,
    double? Drop, Interval? DropInterval, double? P, double? AdjustedP);

/// <summary>The decision: a pure function of policy, evaluation and baseline.</summary>
/// <param name="Alpha">Bounds the nominal chance that any paired rule fails an unchanged model.</param>
/// <param name="DetectableDrop">Smallest drop that some paired rule detects with 80 % power; null where none can, or none is paired.</param>
/// <param name="Findings">What the gate found, in the order of the rules; findings of the evaluation are not repeated.</param>
/// <param name="Release">The baseline of the last release, likewise; null where slow erosion is not watched.</param>
/// <param name="Baseline">What was compared with, in the order of the evaluation's samples; null where nothing could be.</param>
internal sealed record GateResult(
    Verdict Verdict, ExitCode ExitCode, double Alpha, double? DetectableDrop, ImmutableArray<RuleResult> Rules, ImmutableArray<Finding> Findings,
    PairedBaseline? Baseline, PairedBaseline? Release);
