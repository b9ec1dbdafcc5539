using RobustnessGate.Diagnostics;
using RobustnessGate.Facts;
using RobustnessGate.Gating;
using RobustnessGate.Policies;
using RobustnessGate.Samples;

namespace RobustnessGate.UseCases;

/// <summary>The use case: what a check of a policy would run, what it would cost and what it could detect.</summary>
internal static class Planning
{
    /// <exception cref="MistakeException">Policy or data cannot be read.</exception>
    public static Plan Of(string policyPath, PolicyOverrides overrides)
    {
        var policy = overrides.Apply(PolicyReader.Read(policyPath));
        var samples = SampleSet.Load(policy.Data, policy.Model.Input, policy.Seed).Count;
        return new Plan(
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
