using System.Collections.Immutable;
using System.Text.Json.Serialization;
using RobustnessGate.Diagnostics;
using RobustnessGate.Facts;
using RobustnessGate.Gating;
using RobustnessGate.Maths;
using RobustnessGate.Policies;

namespace RobustnessGate.Results;

/// <summary>
/// <c>results.json</c>: everything that was measured and decided, a function of policy, model, data, baseline, seed and
/// tool version alone. Whatever a report shows, and whatever the verdict rests on, is in here.
/// </summary>
/// <param name="Completed">Whether the evaluation finished; unfinished results never pass and cannot be pinned.</param>
/// <param name="Observations">The evaluation's own findings; <paramref name="Gate"/> lists them before its own.</param>
/// <param name="Integrity">How the judge differs from the one at the merge base; empty where that was not examined.</param>
/// <param name="Release">Like <paramref name="Baseline"/>, of the last release.</param>
/// <param name="Baseline">Outcomes compared with, in the order of the samples here; null where nothing was comparable.</param>
/// <param name="Relative">
/// How the environment differs from the one that the baseline was pinned in, where the baseline's model was therefore
/// evaluated here as well and its outcomes are what was compared with; null where pinned outcomes were.
/// </param>
/// <param name="Options">Null where everything was as the policy says.</param>
internal sealed record ResultsDocument(
    int SchemaVersion, int ExitCode, ToolResult Tool, PolicyResult Policy, ModelResult? Model, DataResult? Data, long Seed,
    bool Completed, NaturalResult? Natural, ImmutableArray<AttackResult> Attacks, ImmutableArray<WorstCaseResult> WorstCase,
    IndicatorResult? Indicator, ImmutableArray<FindingResult> Observations, ImmutableArray<JudgeChange> Integrity,
    PairedBaseline? Baseline, PairedBaseline? Release, GateDecision Gate,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] RunOptions? Options = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Relative = null)
{
    public const int Version = 1;

    /// <summary>Stands before a commit in <see cref="RunOptions.Baseline"/>.</summary>
    public const string GitPrefix = "git:";

    private const char Separator = '+';

    public static ResultsDocument Of(Policy policy, EvaluationFacts evaluation, GateResult gate, string toolVersion, RunOptions? options = null, string? relative = null)
    {
        var observations = evaluation.Findings.Select(FindingResult.Of).ToImmutableArray();
        return new(
            Version, (int)gate.ExitCode, new(toolVersion, evaluation.Run?.TorchVersion),
            new(policy.Source.Sha256, Path.GetFileName(policy.Source.Display)),
            evaluation.Model is { } model ? ModelResult.Of(model) : null,
            evaluation.Data is { } data ? new(data.Sha256, data.Samples, data.SampleIds, data.Labels) : null,
            policy.Seed, evaluation.Completed,
            evaluation.Natural is { } natural ? NaturalResult.Of(natural) : null,
            [.. evaluation.Attacks.Select(AttackResult.Of)],
            [.. Facts.WorstCase.All(evaluation, policy).Select(WorstCaseResult.Of)],
            evaluation.Indicator is { } indicator ? IndicatorResult.Of(indicator, evaluation) : null,
            observations, evaluation.JudgeChanges, gate.Baseline, gate.Release,
            new(gate.Verdict, gate.Alpha, gate.DetectableDrop, gate.Rules, [.. observations, .. gate.Findings.Select(FindingResult.Of)]),
            options == RunOptions.Default ? null : options, relative);
    }

    /// <summary>Full hash of the first merge base that the change was held to; null where none was asked for.</summary>
    [JsonIgnore]
    public string? MergeBase => Judges is [var first, ..] ? first : null;

    /// <summary>Full hashes of all commits whose judges the change was held to; the target's tip is the last.</summary>
    [JsonIgnore]
    public ImmutableArray<string> Judges => Options?.Baseline is { } baseline && baseline.StartsWith(GitPrefix, StringComparison.Ordinal)
        ? [.. baseline[GitPrefix.Length..].Split(Separator)] : [];

    /// <summary>Such commits as <see cref="RunOptions.Baseline"/> names them.</summary>
    public static string Named(ImmutableArray<string> judges) => GitPrefix + string.Join(Separator, judges);

    /// <summary>The facts that these results were made of, to judge them again. Of the host's facts only libtorch's version is kept.</summary>
    public EvaluationFacts ToEvaluation() => new(
        Model is null ? null : new(Model.Format, Model.Sha256, Model.Parameters, Model.Classes, Model.PiecewiseLinear),
        Data is null ? null : new(Data.Sha256, Data.Samples, Data.SampleIds, Data.Labels),
        Natural is null ? null : new(Natural.Bits, Natural.Predictions, Natural.NearBoundary),
        [.. Attacks.Select(attack => attack.ToFact())],
        Indicator?.ToFact(),
        [.. Observations.Select(observation => observation.ToFinding())],
        Tool.Torch is { } torch ? new(torch, "", 0, 0, 0, ImmutableSortedDictionary<string, double>.Empty) : null, Completed)
    {
        JudgeChanges = Integrity,
    };
}

/// <summary>What was asked for beside the policy, and changes what is measured or judged. Null: as the policy says.</summary>
/// <param name="Baseline">"none", a file relative to the policy's folder, or <c>git:</c> with the full hashes of merge bases and the target's tip, joined by "+"; one where all are the same.</param>
internal sealed record RunOptions(
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] int? MaxSamples = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Baseline = null)
{
    /// <summary>The value of <see cref="Baseline"/> that judges floors and ceilings alone.</summary>
    public const string NoBaseline = "none";

    public static readonly RunOptions Default = new();
}

/// <param name="Torch">Version of libtorch; null where no evaluation ran.</param>
internal sealed record ToolResult(string Version, string? Torch);

/// <param name="File">Name of the policy file, without its folder.</param>
internal sealed record PolicyResult(string Sha256, string File);

internal sealed record ModelResult(string Format, string Sha256, long Parameters, int Classes, bool? PiecewiseLinear)
{
    public static ModelResult Of(ModelFact fact) =>
        new(fact.Format, fact.Sha256, fact.Parameters, fact.Classes, fact.PiecewiseLinear);
}

/// <param name="SampleIds">8 bytes a sample, concatenated.</param>
internal sealed record DataResult(
    string Sha256, int Samples, ImmutableArray<byte> SampleIds, ImmutableArray<int> Labels);

internal sealed record NaturalResult(
    int Correct, int Total, Interval Interval, BitString Bits, ImmutableArray<int> Predictions,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] int? NearBoundary = null)
{
    public static NaturalResult Of(NaturalFact fact) => new(
        fact.Bits.Ones, fact.Bits.Count, Statistics.Wilson(fact.Bits.Ones, fact.Bits.Count), fact.Bits, fact.Predictions, fact.NearBoundary);
}

/// <param name="Interval">Wilson 95 %.</param>
/// <param name="Predictions">Predicted class on each judged point.</param>
internal sealed record AttackResult(
    string Id, string Name, string Protocol, string Norm, double? Epsilon, bool Targeted, int Robust, int Total,
    Interval Interval, BitString Bits, long Forwards, long Backwards, string? Adversarial,
    ImmutableArray<double?>? Distances, ImmutableArray<int> Predictions,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] int? NearBoundary = null)
{
    public static AttackResult Of(AttackFact fact) => new(
        fact.Id, fact.Name, fact.Protocol, fact.Norm, fact.Epsilon, fact.Targeted, fact.Bits.Ones, fact.Bits.Count,
        Statistics.Wilson(fact.Bits.Ones, fact.Bits.Count), fact.Bits, fact.Forwards, fact.Backwards, fact.Adversarial,
        fact.Distances, fact.Predictions, fact.NearBoundary);

    public AttackFact ToFact() => new(
        Id, Name, Protocol, Norm, Epsilon, Targeted, Bits, Forwards, Backwards, Adversarial, Distances, Predictions, NearBoundary);
}

/// <param name="Attacks">Ids of the results combined.</param>
internal sealed record WorstCaseResult(
    string Norm, double? Epsilon, int Robust, int Total, Interval Interval, BitString Bits, ImmutableArray<string> Attacks)
{
    public static WorstCaseResult Of(WorstCase worst) => new(
        worst.Norm, worst.Epsilon, worst.Bits.Ones, worst.Bits.Count,
        Statistics.Wilson(worst.Bits.Ones, worst.Bits.Count), worst.Bits, worst.Attacks);
}

/// <param name="Right">Which samples are rightly classified.</param>
/// <param name="Summary">Over the rightly classified samples, of every quantity in <paramref name="PerSample"/> with one value a sample.</param>
/// <param name="Context">What it was measured with.</param>
/// <param name="Prediction">What it predicts in each norm, and how well that held against the attacks; empty where nothing is predicted.</param>
internal sealed record IndicatorResult(
    int Samples, BitString Right, PerSampleValues PerSample, ImmutableSortedDictionary<string, IndicatorSummary> Summary,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IndicatorContext? Context = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] ImmutableArray<Prediction>? Prediction = null)
{
    public static IndicatorResult Of(IndicatorFact fact, EvaluationFacts evaluation) => new(
        fact.Samples, fact.Right, new(fact.PerSample.WithComparers(StringComparer.Ordinal), fact.HessianTop),
        fact.PerSample.ToImmutableSortedDictionary(
            pair => pair.Key, pair => IndicatorSummary.Of(pair.Value, fact.Right), StringComparer.Ordinal),
        fact.Context, Facts.Prediction.All(evaluation) is { IsEmpty: false } predictions ? predictions : null);

    public IndicatorFact ToFact() => new(Samples, PerSample.Values, PerSample.HessianTop, Right, Context);
}

/// <summary>Values of the indicator: one a sample for each name, and the leading eigenvalues of each sample's Hessian.</summary>
internal sealed record PerSampleValues(
    ImmutableSortedDictionary<string, ImmutableArray<double?>> Values, ImmutableArray<ImmutableArray<double>> HessianTop);

/// <summary>A finding as results hold it: place and words side by side.</summary>
internal sealed record FindingResult(string Code, Severity Severity, string? File, int? Line, int? Column, string Message)
{
    public static FindingResult Of(Finding finding) => new(
        finding.Code, finding.Severity, finding.Where?.File, finding.Where?.Line, finding.Where?.Column, finding.Message);

    public Finding ToFinding() => new(
        Code, Severity, File is null ? null : new Location(File, Line ?? 0, Column ?? 0), Message);
}

/// <param name="Alpha">As the policy sets it.</param>
/// <param name="DetectableDrop">See <see cref="GateResult"/>.</param>
/// <param name="Findings">Those of the evaluation, then those of the gate.</param>
internal sealed record GateDecision(
    Verdict Verdict, double Alpha, double? DetectableDrop, ImmutableArray<RuleResult> Rules,
    ImmutableArray<FindingResult> Findings);
