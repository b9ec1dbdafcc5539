using System.Collections.Immutable;

namespace RobustnessGate.Facts;

/// <summary>All facts of one evaluation; parts that were not measured are null or absent.</summary>
public sealed record EvaluationFacts(
    ModelFact? Model, DataFact? Data, NaturalFact? Natural, ImmutableArray<AttackFact> Attacks,
    IndicatorFact? Indicator, ImmutableArray<Diagnostics.Finding> Findings, RunFact? Run, bool Completed)
{
    /// <summary>How the judge differs from the one at the merge base, where that was examined.</summary>
    public ImmutableArray<Facts.JudgeChange> JudgeChanges { get; init; } = [];

    /// <summary>Samples for pictures; not among the results.</summary>
    public ImmutableArray<BrokenExampleFact> BrokenExamples { get; init; } = [];

    public static readonly EvaluationFacts Empty = new(null, null, null, [], null, [], null, false);

    public EvaluationFacts With(Fact fact) => fact switch
    {
        OverviewFact => this,
        ModelFact f => this with { Model = f },
        DataFact f => this with { Data = f },
        NaturalFact f => this with { Natural = f },
        AttackFact f => this with { Attacks = Attacks.Add(f) },
        IndicatorFact f => this with { Indicator = f },
        FindingFact f => this with { Findings = Findings.Add(f.Finding) },
        BrokenExampleFact f => this with { BrokenExamples = BrokenExamples.Add(f) },
        RunFact f => this with { Run = f },
        CompletedFact => this with { Completed = true },
        _ => throw new ArgumentException($"unknown fact {fact.GetType().Name}"),
    };
}
