using System.Collections.Immutable;
using RobustnessGate.Gating;
using RobustnessGate.Hosting;
using RobustnessGate.Policies;
using RobustnessGate.Samples;

namespace RobustnessGate;

/// <summary>What a check would cost for one attack result.</summary>
/// <param name="Queries">
/// Most queries a sample: a forward pass each, most with a backward pass. Null where an earlier result of the same
/// entry answers: a search for the nearest point runs once for all radii.
/// </param>
public sealed record PlannedRun(string Id, int? Queries);

/// <summary>What a rule can see.</summary>
/// <param name="Drop">The smallest drop that it detects with 80 % power at the strictest level of Holm's correction; null where it detects none.</param>
public sealed record PlannedRule(string Subject, double Allowed, double? Drop);

/// <summary>What <c>check</c> would do, known before anything runs. The model is not opened and libtorch not loaded.</summary>
public sealed record Plan(
    string Policy, int Samples, int IndicatorSamples, ImmutableArray<PlannedRun> Runs, ImmutableArray<PlannedRule> Rules, double Alpha, bool HasBaseline)
{
    /// <summary>Most queries of all attacks over all samples.</summary>
    public long Queries => Runs.Sum(run => (long)(run.Queries ?? 0)) * Samples;

    /// <exception cref="MistakeException">Policy or data cannot be read.</exception>
    public static Plan Of(string policyPath, PolicyOverrides overrides)
    {
        var policy = overrides.Apply(PolicyReader.Read(policyPath));
        var samples = SampleSet.Load(policy.Data, policy.Model.Input, policy.Seed).Count;
        return new(
            policy.Source.Display, samples, Math.Min(policy.Indicator?.Samples ?? 0, samples),
            [.. policy.Attacks.SelectMany(RunsOf)],
            [
                .. policy.Gate.Rules.Where(rule => rule.MaxDrop is not null).Select(rule => new PlannedRule(
                    Words.Subject(policy, rule), rule.MaxDrop!.Value,
                    Power.SmallestDrop(samples, Power.Level(policy), rule.MaxDrop.Value))),
            ],
            policy.Gate.Alpha, policy.Gate.Baseline is { } path && File.Exists(path));
    }

    private static IEnumerable<PlannedRun> RunsOf(AttackEntry entry) => entry.Runs.Select((run, i) =>
        new PlannedRun(run.Id, entry.Attack.MinimalNorm && i > 0 ? null : entry.Attack.Queries));
}
