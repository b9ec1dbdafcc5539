using System.Collections.Immutable;
using RobustnessGate.Diagnostics;
using RobustnessGate.Facts;

namespace RobustnessGate.Results;

/// <summary>What <c>inspect</c> found: the overview, and everything that a person should know or put right.</summary>
internal sealed record Inspection(Overview Overview, ImmutableArray<Finding> Findings)
{
    /// <summary>0, or 4 and 8 where the data cannot be used.</summary>
    public ExitCode ExitCode { get; init; }

    /// <summary>As JSON, for programs.</summary>
    public string ToJson() => Json.Render(new InspectionDocument(1, Overview, [.. Findings.Select(FindingResult.Of)]));
}

/// <summary>The JSON of <c>inspect --json</c>.</summary>
internal sealed record InspectionDocument(int SchemaVersion, Overview Overview, ImmutableArray<FindingResult> Findings);
