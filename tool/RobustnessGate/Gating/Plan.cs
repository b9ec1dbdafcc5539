using System.Collections.Immutable;

namespace RobustnessGate.Gating;

/// <summary>What a check would cost for one attack result.</summary>
/// <param name="Queries">
/// Most queries a sample: a forward pass each, most with a backward pass. Null where an earlier result of the same
/// entry answers: a search for the nearest point runs once for all radii.
/// </param>
internal sealed record PlannedRun(string Id, int? Queries);

/// <summary>What a rule can see.</summary>
/// <param name="Drop">The smallest drop that it detects with 80 % power at the strictest level of Holm's correction; null where it detects none.</param>
internal sealed record PlannedRule(string Subject, double Allowed, double? Drop);

/// <summary>What <c>check</c> would do, known before anything runs. The model is not opened and libtorch not loaded.</summary>
internal sealed record Plan(
    string Policy, int Samples, int IndicatorSamples, ImmutableArray<PlannedRun> Runs, ImmutableArray<PlannedRule> Rules, double Alpha, bool HasBaseline)
{
    /// <summary>Most queries of all attacks over all samples.</summary>
    public long Queries => Runs.Sum(run => (long)(run.Queries ?? 0)) * Samples;
}
