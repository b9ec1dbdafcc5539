using System.Collections.Immutable;
using RobustnessGate.Facts;

namespace RobustnessGate.Surfaces;

/// <summary>Surfaces that belong into one picture: of one sample, or of the weights.</summary>
/// <param name="Name">For files: "sample-17" or "parameters".</param>
/// <param name="Grids">Of what the candidate is compared with, if anything, then of the candidate.</param>
internal sealed record SurveyPart(string Name, ImmutableArray<SurfaceGrid> Grids)
{
    /// <summary>In parameter space: which samples values are means over, in words.</summary>
    public string Over { get; init; } = "";

    /// <summary>Root of all randomness.</summary>
    public long Seed { get; init; }
}
