using System.Collections.Immutable;
using RobustnessGate.Diagnostics;
using RobustnessGate.Facts;
using RobustnessGate.Gating;
using RobustnessGate.Hosting;
using RobustnessGate.Integrity;
using RobustnessGate.Policies;

namespace RobustnessGate.UseCases;

/// <summary>Where that comes from which an evaluation is held to: a file, nothing at all, or the repository.</summary>
internal interface IBaselineSource
{
    /// <summary>Reads everything once, before anything is measured. What cannot be read is told by <see cref="Reference.Mistake"/>.</summary>
    Reference Read();
}

/// <summary>What an evaluation is held to.</summary>
/// <param name="Policy">To judge by.</param>
/// <param name="ComparedWith">As <see cref="Results.RunOptions.Baseline"/>.</param>
/// <param name="Depended">Files besides the policy's own that the outcome depends on.</param>
internal sealed record Reference(Policy Policy, string? ComparedWith, ImmutableArray<string> Depended)
{
    public Baseline? Baseline { get; init; }

    /// <summary>The baseline of the last release.</summary>
    public Baseline? Release { get; init; }

    /// <summary>Whether floors and ceilings alone are judged, on request.</summary>
    public bool WithoutBaseline { get; init; }

    /// <summary>A file that was named on purpose and is not there: the gate fails, also where the policy could do without one.</summary>
    public Finding? Missing { get; init; }

    /// <summary>How the change altered the judge; null where that was not examined.</summary>
    public IntegrityReview? Review { get; init; }

    /// <summary>The text of the earlier policy that says what is measured; null where the head's own does.</summary>
    public byte[]? MeasuredAs { get; init; }

    /// <summary>Commits that the change is held to; empty where a file is.</summary>
    public ImmutableArray<EarlierCommit> Commits { get; init; } = [];

    /// <summary>Why there is nothing that could be compared with; the gate refuses.</summary>
    public MistakeException? Mistake { get; init; }

    /// <summary>Whether it is known what is to be measured. A file that cannot be used fails the gate, but not before the results are there to be pinned.</summary>
    public bool Measures { get; init; } = true;

    public static IBaselineSource SourceOf(CheckRequest request, Policy head, Func<string, IRepository> open) =>
        request.Baseline?.StartsWith(TargetBranch.Prefix, StringComparison.Ordinal) == true
            ? new MergeBaseSource(request, head, open) : new FileSource(request.Baseline, head);

    /// <summary>What was measured, with what was found about the judge.</summary>
    public EvaluationFacts Observe(EvaluationFacts facts) => Review?.Observe(facts) ?? facts;
}

/// <summary>A commit that a change is held to.</summary>
/// <param name="Model">Takes its model out into these files; null where it is not to be had.</param>
internal sealed record EarlierCommit(string Commit, Func<EarlierFiles, EarlierModel?> Model);
