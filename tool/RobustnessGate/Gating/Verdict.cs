using System.Collections.Immutable;
using System.Text.Json.Serialization;
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
internal sealed record RuleResult(
    string Path, string Metric, string Subject, RuleLimits Limits, RuleOutcome Outcome)
{
    /// <summary>Of the finding that the rule led to; null where it passed.</summary>
    public string? Code { get; init; }

    /// <summary>Of the same finding.</summary>
    public string? Message { get; init; }

    /// <summary>Samples that are right; of accuracies only.</summary>
    public int? Count { get; init; }

    /// <summary>Samples that were judged.</summary>
    public int? Total { get; init; }

    /// <summary>The accuracy, or the statistic of the indicator over the samples compared.</summary>
    public double? Value { get; init; }

    /// <summary>Wilson 95 % interval of an accuracy.</summary>
    public Interval? Interval { get; init; }

    /// <summary>Clopper–Pearson lower bound at the rule's confidence, where it has one.</summary>
    public double? LowerBound { get; init; }

    public int? BaselineCount { get; init; }

    public double? BaselineValue { get; init; }

    /// <summary>Samples right in the baseline and wrong now.</summary>
    public int? NewlyBroken { get; init; }

    /// <summary>Samples wrong in the baseline and right now.</summary>
    public int? NewlyFixed { get; init; }

    /// <summary>Fall against the baseline: of an accuracy as a fraction, of an indicator relative to the baseline; negative for a rise.</summary>
    public double? Drop { get; init; }

    /// <summary>95 % interval of the drop: Newcombe's of an accuracy, a bootstrap percentile interval of an indicator.</summary>
    public Interval? DropInterval { get; init; }

    /// <summary>One-sided p-value of a fall (or of the rise that the rule limits): exact McNemar, or paired bootstrap.</summary>
    public double? P { get; init; }

    /// <summary>After Holm over all paired rules of the policy; this one is compared with alpha.</summary>
    public double? AdjustedP { get; init; }

    /// <summary>What the code stands for; null where the rule passed, or was not judged for a reason that is none of its own.</summary>
    [JsonIgnore]
    public RuleCause? Cause => RuleCauses.Of(Code);
}

/// <summary>The decision: a pure function of policy, evaluation and baseline.</summary>
/// <param name="Alpha">Bounds the nominal chance that any paired rule fails an unchanged model.</param>
/// <param name="DetectableDrop">Smallest drop that some paired rule detects with 80 % power; null where none can, or none is paired.</param>
/// <param name="Findings">What the gate found, in the order of the rules; findings of the evaluation are not repeated.</param>
/// <param name="Release">The baseline of the last release, likewise; null where slow erosion is not watched.</param>
/// <param name="Baseline">What was compared with, in the order of the evaluation's samples; null where nothing could be.</param>
internal sealed record GateResult(
    Verdict Verdict, ExitCode ExitCode, double Alpha, double? DetectableDrop, ImmutableArray<RuleResult> Rules, ImmutableArray<Finding> Findings,
    PairedBaseline? Baseline, PairedBaseline? Release);
